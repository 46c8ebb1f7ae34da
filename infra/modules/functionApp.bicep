import { appSettings, model, resourceTags } from 'types.bicep'
import { secret, settingsOfDataKeys, settingsOfModels } from 'settings.bicep'

@description('Unique in Azure: it becomes the address.')
param name string

param planName string
param location string
param tags resourceTags

@description('The identity that the program works as.')
param identityName string

param storageAccountName string
param deploymentContainer string
param vaultName string
param componentName string

@description('The memory of an instance, and with it its share of a processor.')
param instanceMemoryMB int

param maximumInstanceCount int

@description('HTTP requests, streams among them, that an instance takes before another one is started.')
param httpConcurrency int

@description('Instances for HTTP that are kept ready, and paid for, all the time.')
param alwaysReadyInstances int

param allowedOrigins string[]
param supabaseUrl string
param usesLegacyJwtSecret bool
param dataKeyVersions int[]
param currentDataKeyVersion int?
param models model[]

@description('The account of Azure OpenAI. Empty where no model is there.')
param openAIName string

param alertWebhookUrl string
param readsOpenAIUsage bool
param titleModel string

@description('Further settings of the program, by name.')
param furtherSettings appSettings

var callsOpenAI = empty(models) || contains(map(models, model => model.provider), 'openai')

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: storageAccountName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource openAI 'Microsoft.CognitiveServices/accounts@2026-07-01' existing = if (!empty(openAIName)) {
  name: openAIName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  // By the second azd finds what it deploys the service to.
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    functionAppConfig: {
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyInstances == 0 ? [] : [{ name: 'http', instanceCount: alwaysReadyInstances }]
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      // The host answers preflights by itself: the program is never asked.
      cors: { allowedOrigins: allowedOrigins, supportCredentials: false }
    }
  }
}

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: union(
    {
      APPLICATIONINSIGHTS_CONNECTION_STRING: component.properties.ConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
      AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
      AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
      AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identity.properties.clientId
      Database__ConnectionString: secret(vaultName, 'database-connection-string')
      Supabase__Url: supabaseUrl
    },
    usesLegacyJwtSecret ? { Supabase__JwtSecret: secret(vaultName, 'supabase-jwt-secret') } : {},
    settingsOfDataKeys(vaultName, dataKeyVersions),
    currentDataKeyVersion == null ? {} : { Encryption__CurrentVersion: string(currentDataKeyVersion!) },
    settingsOfModels(models),
    callsOpenAI ? { OpenAI__ApiKey: secret(vaultName, 'openai-api-key') } : {},
    empty(openAIName)
      ? {}
      : { AzureOpenAI__Endpoint: openAI!.properties.endpoint, AzureOpenAI__ClientId: identity.properties.clientId },
    empty(titleModel) ? {} : { Titles__Model: titleModel },
    empty(alertWebhookUrl)
      ? {}
      : {
          Alerts__WebhookUrl: alertWebhookUrl
          Alerts__WebhookSecret: secret(vaultName, 'alert-webhook-secret')
        },
    readsOpenAIUsage ? { Reconciliation__OpenAIAdminKey: secret(vaultName, 'openai-admin-key') } : {},
    furtherSettings
  )
}

// Packages come with an identity of Entra, never with a user name and password.
resource noFtpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource noDeploymentPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

output uri string = 'https://${app.properties.defaultHostName}'
