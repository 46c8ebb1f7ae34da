targetScope = 'subscription'

import { appSettings, model } from 'modules/types.bicep'

@description('The name of this environment: a part of all names, and what tells two of them apart.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('The region. It has to offer Flex Consumption, and the models that are deployed to Azure OpenAI.')
@minLength(1)
@metadata({ azd: { type: 'location' } })
param location string

@description('The resource group, which is made where it does not exist.')
param resourceGroupName string = 'rg-${environmentName}'

@description('The Supabase project, https://<project>.supabase.co.')
param supabaseUrl string

@description('Whether the project still signs its tokens with the legacy shared secret (HS256).')
param usesLegacyJwtSecret bool = false

@description('Origins of the single-page apps that may call from a browser.')
param allowedOrigins string[] = []

@description('The models that may be asked for; the first is the default. None: the program\'s own list, at OpenAI.')
param models model[] = []

@description('The model that gives chats their titles. Empty: they keep the first words of their first message.')
param titleModel string = ''

@description('The versions of data keys that the program is given, from the secrets data-key-1 and so on.')
@minLength(1)
param dataKeyVersions int[] = [1]

@description('The version that new keys of users are encrypted under. Default: the highest.')
param currentDataKeyVersion int?

@description('Where the program sends its alerts about usage. Empty: nowhere.')
param alertWebhookUrl string = ''

@description('Whether the ledger is compared with OpenAI\'s own figures, which takes an admin key.')
param readsOpenAIUsage bool = false

@description('Further settings of the program, by name.')
param furtherSettings appSettings = {}

@description('The memory of an instance in MB, and with it its share of a processor.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('So many instances at the most. Each takes Database__PoolSize connections of the pooler.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('HTTP requests, streams among them, that an instance takes before another one is started.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 100

@description('Instances for HTTP that are kept ready, and paid for, all the time.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 0

@description('How often the storage account keeps each byte, and where.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_LRS'

@description('After so many days an answer that still waits for the database is deleted from the storage account.')
@minValue(1)
param keepFinishedAnswersDays int = 30

@description('How many days telemetry is kept.')
@minValue(30)
@maxValue(730)
param telemetryRetentionInDays int = 30

@description('Gigabytes of telemetry a day after which nothing more is taken in, alerts included; -1 for no limit.')
@minValue(-1)
param telemetryDailyQuotaGb int = -1

@description('Who gets a mail when something is wrong.')
param operatorEmails string[] = []

@description('An address that is called when something is wrong.')
@secure()
param operatorWebhook string = ''

@description('For the program\'s login role, through the pooler in transaction mode. This secret, as those below, stays as it is in the vault where it is empty.')
@secure()
param databaseConnectionString string = ''

@description('The project\'s legacy JWT secret.')
@secure()
param supabaseJwtSecret string = ''

@description('Data key 1: 32 random bytes in Base64. Later ones are put into the vault by hand.')
@secure()
param firstDataKey string = ''

@secure()
param openAIApiKey string = ''

@secure()
param openAIAdminKey string = ''

@description('What the program signs its alerts with: whsec_ and 24 to 64 bytes in Base64.')
@secure()
param alertWebhookSecret string = ''

var token = uniqueString(subscription().id, resourceGroupName, location)
var names = {
  identity: 'id-${token}'
  workspace: 'log-${token}'
  component: 'appi-${token}'
  storage: 'st${token}'
  deployments: 'deployments'
  vault: 'kv-${token}'
  openAI: 'oai-${token}'
  plan: 'plan-${token}'
  app: 'func-${token}'
}
var tags = { 'azd-env-name': environmentName }
var azureModels = filter(models, model => model.provider == 'azure')

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: resourceGroupName
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: names.identity
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  dependsOn: [identity]
  params: {
    workspaceName: names.workspace
    componentName: names.component
    location: location
    tags: tags
    identityName: names.identity
    retentionInDays: telemetryRetentionInDays
    dailyQuotaGb: telemetryDailyQuotaGb
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  dependsOn: [identity]
  params: {
    name: names.storage
    location: location
    tags: tags
    identityName: names.identity
    deploymentContainer: names.deployments
    sku: storageSku
    keepFinishedAnswersDays: keepFinishedAnswersDays
  }
}

module vault 'modules/vault.bicep' = {
  scope: group
  dependsOn: [identity]
  params: {
    name: names.vault
    location: location
    tags: tags
    identityName: names.identity
    databaseConnectionString: databaseConnectionString
    supabaseJwtSecret: supabaseJwtSecret
    firstDataKey: firstDataKey
    openAIApiKey: openAIApiKey
    openAIAdminKey: openAIAdminKey
    alertWebhookSecret: alertWebhookSecret
  }
}

module openAI 'modules/openAI.bicep' = if (!empty(azureModels)) {
  scope: group
  dependsOn: [identity]
  params: {
    name: names.openAI
    location: location
    tags: tags
    identityName: names.identity
    models: azureModels
  }
}

// The app comes last: what it reads at its start, and the roles to read it with, are there by then.
module app 'modules/functionApp.bicep' = {
  scope: group
  dependsOn: [monitoring, storage, vault, openAI]
  params: {
    name: names.app
    planName: names.plan
    location: location
    tags: tags
    identityName: names.identity
    storageAccountName: names.storage
    deploymentContainer: names.deployments
    vaultName: names.vault
    componentName: names.component
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    httpConcurrency: httpConcurrency
    alwaysReadyInstances: alwaysReadyInstances
    allowedOrigins: allowedOrigins
    supabaseUrl: supabaseUrl
    usesLegacyJwtSecret: usesLegacyJwtSecret
    dataKeyVersions: dataKeyVersions
    currentDataKeyVersion: currentDataKeyVersion
    models: models
    openAIName: empty(azureModels) ? '' : names.openAI
    alertWebhookUrl: alertWebhookUrl
    readsOpenAIUsage: readsOpenAIUsage
    titleModel: titleModel
    furtherSettings: furtherSettings
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  dependsOn: [monitoring]
  params: {
    namePrefix: 'alert-${token}'
    location: location
    tags: tags
    workspaceName: names.workspace
    emails: operatorEmails
    webhook: operatorWebhook
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_APP string = names.app
output AZURE_KEY_VAULT string = names.vault
output API_URL string = app.outputs.uri
