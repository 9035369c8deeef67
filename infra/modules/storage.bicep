metadata description = 'The storage account: deployment package, the host\'s own state, queues and tables. No keys.'

@minLength(3)
@maxLength(24)
@description('Name of the account: lower-case letters and digits, unique in all of Azure.')
param name string
param location string
param tags object

@description('Storage redundancy, such as Standard_LRS or Standard_ZRS.')
param sku string

@description('Container that takes the deployment package.')
param packageContainer string

@description('Queues that are there from the start.')
param queues string[]

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  properties: {
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  parent: blobs
  name: packageContainer
  properties: {
    publicAccess: 'None'
  }
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = [for one in queues: {
  parent: queueService
  name: one
}]

output accountName string = account.name
output packagesUrl string = '${account.properties.primaryEndpoints.blob}${packageContainer}'
output tablesUrl string = account.properties.primaryEndpoints.table
