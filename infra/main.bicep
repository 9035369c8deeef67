metadata description = 'Everything that tweet sentiment needs in Azure, in one resource group.'
targetScope = 'resourceGroup'

@allowed(['dev', 'prod'])
@description('Which of the environments this is.')
param environmentName string

@minLength(3)
@maxLength(12)
@description('What names start with: lower-case letters and digits.')
param workload string = 'tweets'

@description('Azure region of everything.')
param location string = resourceGroup().location

@description('Tags on everything, beside workload and environment.')
param tags object = {}

@description('Who gets the alerts by e-mail: any number of addresses.')
param alertEmails string[]

@description('''
Whether the code has been deployed before, so that the function `alerts` is there and can be told of every alert.
False in the very first deployment of an environment, true in every later one.
''')
param codeDeployed bool = false

@description('Address of docs/RUNBOOK.md; mails link to its chapters.')
param runbookUrl string

@allowed([512, 2048, 4096])
@description('Memory of an instance, in MB. Processor time comes with it: 2048 is one core.')
param instanceMemoryMB int = 2048

@minValue(40)
@maxValue(1000)
@description('Most instances at once: the limit of the bill.')
param maximumInstances int = 40

@minValue(1)
@maxValue(100)
@description('''
HTTP requests that an instance takes at once. One, which is the default for Python, leaves the core idle while
feedback waits for storage; many would only queue for the core, where another instance could answer.
''')
param httpConcurrency int = 8

@minValue(0)
@maxValue(20)
@description('Instances kept warm for HTTP. Each is paid for all the time; 0: after a pause the first caller waits.')
param alwaysReadyHttp int = 0

@description('Storage redundancy.')
param storageSku string = 'Standard_LRS'

@minValue(30)
@maxValue(730)
@description('How long telemetry is kept, in days.')
param logRetentionDays int = 30

@description('Most telemetry taken in a day, in GB; what exceeds it is lost until the next day. -1: no limit.')
param logDailyQuotaGb int = 1

@description('App settings that differ from those of local.settings.sample.json.')
param appSettings object = {}

@minValue(1)
@description('What a month may cost, in the currency of the bill.')
param monthlyBudget int

@description('First month of the budget, such as 2026-11-01; it must stay the same afterwards. Empty: this month.')
param budgetStart string = ''

@description('Not to be given: the time can only be asked for in a default.')
param thisMonth string = utcNow('yyyy-MM-01')

@minValue(1)
@description('Wrong predictions that are enough for a mail...')
param wrongCount int = 3

@minValue(1)
@maxValue(10)
@description('...when people mark them within so many minutes.')
param wrongMinutes int = 5

@description('Whether the stricter variant, too, sends mails: more than 3 within 3 minutes.')
param strictWrong bool = false

@minValue(10)
@description('Error rate: one false alarm in so many windows at most.')
param errorRateOdds int = 1000

@description('Three periods of DRIFT_SCHEDULE; a window that Azure Monitor offers, such as PT3H, PT6H or P2D.')
param driftSilence string = 'PT3H'

@description('Longer than one period of DRIFT_SCHEDULE, so that drift that goes on stays one alert.')
param driftWindow string = 'PT2H'

@minValue(1)
@maxValue(100)
@description('Failed calls, in percent, that are too many.')
param failedPercent int = 5

@minValue(1)
@description('Milliseconds within which 95 of 100 predictions must be answered.')
param slowMilliseconds int = 1000

@description('Whether an hour without any prediction is worth a mail.')
param expectTraffic bool = false

var prefix = '${workload}-${environmentName}'
var unique = uniqueString(resourceGroup().id, workload, environmentName)
var allTags = union(tags, {
  workload: workload
  environment: environmentName
})
var settings = union(loadJsonContent('../local.settings.sample.json').Values, appSettings)
// What fails again and again goes from a queue to the one with -poison at its end.
var queues = [settings.STREAM_QUEUE, '${settings.STREAM_QUEUE}-poison', settings.STREAM_RESULT_QUEUE]

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    prefix: prefix
    location: location
    tags: allTags
    retentionDays: logRetentionDays
    dailyQuotaGb: logDailyQuotaGb
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: take('${workload}${environmentName}${unique}', 24)
    location: location
    tags: allTags
    sku: storageSku
    packageContainer: 'packages'
    queues: queues
  }
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: {
    prefix: prefix
    location: location
    tags: allTags
    storageAccountName: storage.outputs.accountName
    componentName: monitoring.outputs.componentName
  }
}

module functionApp 'modules/functionapp.bicep' = {
  name: 'functionapp'
  params: {
    prefix: prefix
    location: location
    tags: allTags
    name: '${prefix}-${unique}'
    identityId: identity.outputs.identityId
    identityClientId: identity.outputs.clientId
    storageAccountName: storage.outputs.accountName
    tablesUrl: storage.outputs.tablesUrl
    packagesUrl: storage.outputs.packagesUrl
    telemetryConnectionString: monitoring.outputs.connectionString
    instanceMemoryMB: instanceMemoryMB
    maximumInstances: maximumInstances
    httpConcurrency: httpConcurrency
    alwaysReadyHttp: alwaysReadyHttp
    settings: appSettings
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  params: {
    prefix: prefix
    location: location
    tags: allTags
    componentId: monitoring.outputs.componentId
  }
}

module people 'modules/actiongroup.bicep' = {
  name: 'people'
  params: {
    prefix: prefix
    tags: allTags
    shortName: take('${workload}${environmentName}', 12)
    emails: alertEmails
    appId: functionApp.outputs.appId
    appUrl: functionApp.outputs.url
    tellApp: codeDeployed
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    prefix: prefix
    location: location
    tags: allTags
    componentId: monitoring.outputs.componentId
    actionGroupId: people.outputs.groupId
    workbookUrl: workbook.outputs.url
    runbookUrl: runbookUrl
    wrongCount: wrongCount
    wrongMinutes: wrongMinutes
    strictWrong: strictWrong
    errorRateOdds: errorRateOdds
    driftSilence: driftSilence
    driftWindow: driftWindow
    failedPercent: failedPercent
    slowMilliseconds: slowMilliseconds
    expectTraffic: expectTraffic
    codeDeployed: codeDeployed
  }
}

module budget 'modules/budget.bicep' = if (!empty(alertEmails)) {
  name: 'budget'
  params: {
    prefix: prefix
    amount: monthlyBudget
    start: empty(budgetStart) ? thisMonth : budgetStart
    emails: alertEmails
  }
}

@description('Where the app answers.')
output apiUrl string = functionApp.outputs.url
output functionAppName string = functionApp.outputs.appName
output workbookUrl string = workbook.outputs.url
