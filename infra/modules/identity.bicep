metadata description = 'The identity that the app runs as, and the little that it may do.'

@description('What the names of the resources start with.')
param prefix string
param location string
param tags object
param storageAccountName string
param componentName string

// Built-in roles, the same in every tenant.
var storageRoles = {
  // The host: its locks, timers' state and function keys; and the deployment package. It makes containers.
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  // The trigger `stream` and its results; the host makes the -poison queue.
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  // The store, and the host's diagnostic events; both make tables.
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}
var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${prefix}-identity'
  location: location
  tags: tags
}

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageAccountName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource mayUseStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in items(storageRoles): {
  scope: account
  name: guid(account.id, identity.id, role.value)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
  }
}]

resource mayPublishTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: component
  name: guid(component.id, identity.id, monitoringMetricsPublisher)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
  }
}

output identityId string = identity.id
output clientId string = identity.properties.clientId
