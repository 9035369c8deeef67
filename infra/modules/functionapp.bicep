metadata description = 'The Functions app on a Flex Consumption plan, and every setting that it reads.'

@description('What the names of the resources start with.')
param prefix string
param location string
param tags object

@description('Name of the app: unique in all of Azure, it becomes the address.')
param name string

@description('The identity that the app runs as.')
param identityId string
param identityClientId string

param storageAccountName string
param tablesUrl string
param packagesUrl string
param telemetryConnectionString string

@allowed([512, 2048, 4096])
@description('Memory of an instance, in MB.')
param instanceMemoryMB int

@minValue(40)
@maxValue(1000)
@description('Most instances at once: the limit of the bill.')
param maximumInstances int

@minValue(1)
@maxValue(100)
@description('HTTP requests that an instance takes at once. Also the size of the worker\'s thread pool.')
param httpConcurrency int

@minValue(0)
@maxValue(20)
@description('Instances kept warm for HTTP; each is paid for all the time. 0: the first caller waits for a start.')
param alwaysReadyHttp int

@description('App settings that differ from those of local.settings.sample.json.')
param settings object

// One list of settings: the sample's, without what is for a developer's machine or must not be set on this plan.
var sample = loadJsonContent('../../local.settings.sample.json').Values
var notHere = [
  'AzureWebJobsStorage'
  'FUNCTIONS_WORKER_RUNTIME'
  'STORE_CONNECTION'
  'STORE_PATH'
]
var defaults = toObject(filter(items(sample), one => !contains(notHere, one.key)), one => one.key, one => one.value)
var inAzure = {
  AzureWebJobsStorage__accountName: storageAccountName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: telemetryConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  AZURE_CLIENT_ID: identityClientId
  PYTHON_SCRIPT_FILE_NAME: 'main.py'
  PYTHON_THREADPOOL_THREAD_COUNT: string(httpConcurrency)
  STORE: 'tables'
  STORE_ACCOUNT_URL: tablesUrl
  TELEMETRY: 'appinsights'
}
var appSettings = union(defaults, inAzure, settings)

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: '${prefix}-plan'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, {
    'azd-service-name': 'api'
  })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packagesUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReadyHttp == 0 ? [] : [
          {
            name: 'http'
            instanceCount: alwaysReadyHttp
          }
        ]
        triggers: {
          http: {
            perInstanceConcurrency: httpConcurrency
          }
        }
      }
      runtime: {
        name: 'python'
        version: '3.11'
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      appSettings: [for setting in items(appSettings): {
        name: setting.key
        value: setting.value
      }]
    }
  }
}

// Deployments use Entra ID; user names and passwords are off.
resource passwords 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = [for way in ['ftp', 'scm']: {
  parent: app
  name: way
  properties: {
    allow: false
  }
}]

output appId string = app.id
output appName string = app.name
output url string = 'https://${app.properties.defaultHostName}'
