@export()
type resourceTags = { *: string }

@export()
type appSettings = { *: string }

@export()
@description('A model that OpenAI serves.')
type openAIModel = {
  provider: 'openai'

  @description('What clients ask for it by, and what OpenAI calls it.')
  @maxLength(100)
  name: string

  @description('Tokens of prompt and answer together, where the program does not know the model.')
  context: int?

  @description('Tokens of one answer at the most, where the program does not know the model.')
  maxOutput: int?

  @description('What bounds the tokens of a prompt.')
  encoding: ('o200k_base' | 'bytes')?

  @description('The names of the models to try when this one cannot be reached.')
  fallbacks: string[]?
}

@export()
@description('A model that is deployed to the Azure OpenAI account of this resource group.')
type azureModel = {
  provider: 'azure'

  @description('What clients ask for it by, and the name of its deployment.')
  @maxLength(64)
  name: string

  @description('The model behind the deployment. Default: the name.')
  model: string?

  version: string

  @description('Where its calls may be processed.')
  sku: ('Standard' | 'DataZoneStandard' | 'GlobalStandard')?

  @description('In thousands of tokens per minute.')
  capacity: int

  context: int?
  maxOutput: int?
  encoding: ('o200k_base' | 'bytes')?
  fallbacks: string[]?
}

@export()
@discriminator('provider')
type model = openAIModel | azureModel
