import { azureModel, resourceTags } from 'types.bicep'

@description('Unique in Azure: it becomes a part of the address.')
param name string

param location string
param tags resourceTags

@description('The identity that the program works as.')
param identityName string

param models azureModel[]

var openAIUser = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd'
)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource account 'Microsoft.CognitiveServices/accounts@2026-07-01' = {
  name: name
  location: location
  tags: tags
  kind: 'OpenAI'
  sku: { name: 'S0' }
  properties: {
    customSubDomainName: name
    disableLocalAuth: true
    publicNetworkAccess: 'Enabled'
  }
}

// The account takes one change at a time.
@batchSize(1)
resource deployments 'Microsoft.CognitiveServices/accounts/deployments@2026-07-01' = [
  for model in models: {
    parent: account
    name: model.name
    sku: {
      name: model.?sku ?? 'GlobalStandard'
      capacity: model.capacity
    }
    properties: {
      model: {
        format: 'OpenAI'
        name: model.?model ?? model.name
        version: model.version
      }
      versionUpgradeOption: 'OnceCurrentVersionExpired'
    }
  }
]

resource calls 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, identityName, openAIUser)
  scope: account
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: openAIUser
  }
}
