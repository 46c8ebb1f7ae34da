import { resourceTags } from 'types.bicep'

@description('The name of the identity.')
param name string

param location string
param tags resourceTags

// Not the app's own identity: this one has its roles before the app starts for the first time.
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}
