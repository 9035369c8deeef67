using 'main.bicep'

// Two environments; ENVIRONMENT says which. What differs between people and subscriptions comes from variables too.
var chosen = readEnvironmentVariable('ENVIRONMENT', 'dev')
var profiles = {
  dev: {
    alwaysReadyHttp: 0
    logRetentionDays: 30
    logDailyQuotaGb: 1
    monthlyBudget: 20
    storageSku: 'Standard_LRS'
    expectTraffic: false
    appSettings: {
      ALLOW_DRIFT_SIMULATION: 'true'
    }
  }
  prod: {
    alwaysReadyHttp: 1
    logRetentionDays: 90
    logDailyQuotaGb: 5
    monthlyBudget: 150
    storageSku: 'Standard_ZRS'
    expectTraffic: true
    appSettings: {}
  }
}
var profile = profiles[chosen]
var emails = readEnvironmentVariable('ALERT_EMAILS', '')

param environmentName = chosen
param workload = readEnvironmentVariable('WORKLOAD', 'tweets')
// Separated by commas: ann@example.com,bob@example.com
param alertEmails = empty(emails) ? [] : split(emails, ',')
param codeDeployed = bool(readEnvironmentVariable('CODE_DEPLOYED', 'false'))
param runbookUrl = readEnvironmentVariable('RUNBOOK_URL', 'docs/RUNBOOK.md')
param monthlyBudget = int(readEnvironmentVariable('MONTHLY_BUDGET', string(profile.monthlyBudget)))
param budgetStart = readEnvironmentVariable('BUDGET_START', '')
param strictWrong = bool(readEnvironmentVariable('STRICT_WRONG', 'false'))
param alwaysReadyHttp = profile.alwaysReadyHttp
param storageSku = profile.storageSku
param logRetentionDays = profile.logRetentionDays
param logDailyQuotaGb = profile.logDailyQuotaGb
param expectTraffic = profile.expectTraffic
param appSettings = profile.appSettings
