using 'main.bicep'

// azd asks for the first two; the rest comes from the environment, so that no secret is written down here. What is missing stops the deployment.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')

param supabaseUrl = readEnvironmentVariable('SUPABASE_URL')
// By comma.
param allowedOrigins = split(readEnvironmentVariable('ALLOWED_ORIGINS'), ',')
param operatorEmails = split(readEnvironmentVariable('OPERATOR_EMAILS'), ',')

// Secrets that are empty stay as they are in the vault.
param databaseConnectionString = readEnvironmentVariable('DATABASE_CONNECTION_STRING', '')
param supabaseJwtSecret = readEnvironmentVariable('SUPABASE_JWT_SECRET', '')
param firstDataKey = readEnvironmentVariable('FIRST_DATA_KEY', '')
param openAIApiKey = readEnvironmentVariable('OPENAI_API_KEY', '')
param openAIAdminKey = readEnvironmentVariable('OPENAI_ADMIN_KEY', '')
param alertWebhookSecret = readEnvironmentVariable('ALERT_WEBHOOK_SECRET', '')
param operatorWebhook = readEnvironmentVariable('OPERATOR_WEBHOOK', '')
