import { resourceTags } from 'types.bicep'

@description('Unique in Azure.')
@minLength(3)
@maxLength(24)
param name string

param location string
param tags resourceTags

@description('The identity that the program works as.')
param identityName string

@description('Secrets to write. One that is empty is left as it is in the vault.')
@secure()
param databaseConnectionString string

@secure()
param supabaseJwtSecret string

@secure()
param firstDataKey string

@secure()
param openAIApiKey string

@secure()
param openAIAdminKey string

@secure()
param alertWebhookSecret string

var secretsUser = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  '4633458b-17de-408a-b874-0445c86b69e6'
)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    // A data key that is lost takes with it what was encrypted under it.
    enablePurgeProtection: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
  }
}

resource databaseConnectionStringSecret 'Microsoft.KeyVault/vaults/secrets@2026-05-15' = if (!empty(databaseConnectionString)) {
  parent: vault
  name: 'database-connection-string'
  properties: { value: databaseConnectionString }
}

resource supabaseJwtSecretSecret 'Microsoft.KeyVault/vaults/secrets@2026-05-15' = if (!empty(supabaseJwtSecret)) {
  parent: vault
  name: 'supabase-jwt-secret'
  properties: { value: supabaseJwtSecret }
}

// Only the first: a later one goes into the vault by hand, so that no deployment with old parameters can overwrite it.
resource firstDataKeySecret 'Microsoft.KeyVault/vaults/secrets@2026-05-15' = if (!empty(firstDataKey)) {
  parent: vault
  name: 'data-key-1'
  properties: { value: firstDataKey }
}

resource openAIApiKeySecret 'Microsoft.KeyVault/vaults/secrets@2026-05-15' = if (!empty(openAIApiKey)) {
  parent: vault
  name: 'openai-api-key'
  properties: { value: openAIApiKey }
}

resource openAIAdminKeySecret 'Microsoft.KeyVault/vaults/secrets@2026-05-15' = if (!empty(openAIAdminKey)) {
  parent: vault
  name: 'openai-admin-key'
  properties: { value: openAIAdminKey }
}

resource alertWebhookSecretSecret 'Microsoft.KeyVault/vaults/secrets@2026-05-15' = if (!empty(alertWebhookSecret)) {
  parent: vault
  name: 'alert-webhook-secret'
  properties: { value: alertWebhookSecret }
}

resource reads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, identityName, secretsUser)
  scope: vault
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: secretsUser
  }
}
