import { resourceTags } from 'types.bicep'

@description('Lower-case letters and digits, unique in Azure.')
@minLength(3)
@maxLength(24)
param name string

param location string
param tags resourceTags

@description('The identity that the program works as.')
param identityName string

@description('The container of the app\'s packages.')
param deploymentContainer string

@description('How often the storage account keeps each byte, and where.')
param sku string

@description('After so many days an answer that still waits for the database is deleted.')
@minValue(1)
param keepFinishedAnswersDays int

var wakeUpQueues = ['assistant-messages', 'usage-events']
var queueNames = flatten(map(wakeUpQueues, queue => [queue, '${queue}-poison']))
var finishedAnswers = 'finished-answers'
var billingArchive = 'billing-archive'

// The host keeps its keys, leases and the timer's state as blobs, and makes their containers itself: as an owner, as it is told to. Durable
// orchestrations are kept in tables, queues and blobs that the host makes, too.
var roles = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource account 'Microsoft.Storage/storageAccounts@2026-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

// No soft delete: what is deleted here is text that users wrote, and it has to be gone.
resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-06-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: { enabled: false }
    containerDeleteRetentionPolicy: { enabled: false }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-06-01' = [
  for container in [deploymentContainer, finishedAnswers, billingArchive]: {
    parent: blobs
    name: container
    properties: { publicAccess: 'None' }
  }
]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2026-06-01' = {
  parent: account
  name: 'default'
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-06-01' = [
  for queue in queueNames: {
    parent: queueService
    name: queue
  }
]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2026-06-01' = {
  parent: account
  name: 'default'
  dependsOn: [containers]
  properties: {
    policy: {
      rules: [
        {
          name: 'delete-stale-answers'
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['${finishedAnswers}/']
            }
            actions: {
              baseBlob: { delete: { daysAfterModificationGreaterThan: keepFinishedAnswersDays } }
            }
          }
        }
      ]
    }
  }
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(roles): {
    name: guid(account.id, identityName, role.value)
    scope: account
    properties: {
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    }
  }
]
