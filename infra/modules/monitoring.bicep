metadata description = 'Log Analytics and the Application Insights that keeps its data there.'

@description('What the names of the resources start with.')
param prefix string
param location string
param tags object

@minValue(30)
@maxValue(730)
@description('How long telemetry is kept, in days.')
param retentionDays int

@description('Most telemetry taken in a day, in GB; what exceeds it is lost until the next day. -1: no limit.')
param dailyQuotaGb int

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${prefix}-logs'
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    workspaceCapping: {
      dailyQuotaGb: dailyQuotaGb
    }
    features: {
      disableLocalAuth: true
    }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: '${prefix}-insights'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    // Then the connection string alone lets nobody write telemetry: it is an address, not a secret.
    DisableLocalAuth: true
  }
}

output componentId string = component.id
output componentName string = component.name
output connectionString string = component.properties.ConnectionString
