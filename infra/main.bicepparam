using 'main.bicep'

// azd gives the first two; the rest comes from the environment, so that no secret is written down here.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'chatbot')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')

param supabaseUrl = readEnvironmentVariable('SUPABASE_URL', 'https://project.supabase.co')
param allowedOrigins = ['https://chat.example.com']
param operatorEmails = ['operators@example.com']

// Secrets that are empty stay as they are in the vault.
param databaseConnectionString = readEnvironmentVariable('DATABASE_CONNECTION_STRING', '')
param supabaseJwtSecret = readEnvironmentVariable('SUPABASE_JWT_SECRET', '')
param firstDataKey = readEnvironmentVariable('FIRST_DATA_KEY', '')
param openAIApiKey = readEnvironmentVariable('OPENAI_API_KEY', '')
param openAIAdminKey = readEnvironmentVariable('OPENAI_ADMIN_KEY', '')
param alertWebhookSecret = readEnvironmentVariable('ALERT_WEBHOOK_SECRET', '')
param operatorWebhook = readEnvironmentVariable('OPERATOR_WEBHOOK', '')
