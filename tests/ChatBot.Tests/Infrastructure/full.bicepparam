using '../../../infra/main.bicep'

// Everything that can be asked for, so that every setting and resource that there can be is planned.
param environmentName = 'test'
param location = 'swedencentral'
param supabaseUrl = 'https://project.supabase.co'
param usesLegacyJwtSecret = true
param allowedOrigins = ['https://chat.example.com', 'https://beta.example.com']
param models = [
  {
    provider: 'azure'
    name: 'gpt-4.1-mini'
    version: '2025-04-14'
    capacity: 250
    fallbacks: ['gpt-4.1-nano', 'gpt-4o']
  }
  { provider: 'azure', name: 'gpt-4.1-nano', version: '2025-04-14', sku: 'DataZoneStandard', capacity: 100 }
  { provider: 'openai', name: 'gpt-4o', context: 128000, maxOutput: 16384, encoding: 'o200k_base' }
]
param titleModel = 'gpt-4.1-nano'
param dataKeyVersions = [1, 2]
param currentDataKeyVersion = 2
param alertWebhookUrl = 'https://alerts.example.com/chatbot'
param readsOpenAIUsage = true
param furtherSettings = { Streams__TotalSeconds: '900' }
param alwaysReadyInstances = 2
param operatorEmails = ['operators@example.com']
param operatorWebhook = readEnvironmentVariable('CANARY')
param databaseConnectionString = readEnvironmentVariable('CANARY')
param supabaseJwtSecret = readEnvironmentVariable('CANARY')
param firstDataKey = readEnvironmentVariable('CANARY')
param openAIApiKey = readEnvironmentVariable('CANARY')
param openAIAdminKey = readEnvironmentVariable('CANARY')
param alertWebhookSecret = readEnvironmentVariable('CANARY')
