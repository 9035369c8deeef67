metadata description = 'Mails when the resource group costs more than it should.'

@description('What the names of the resources start with.')
param prefix string

@minValue(1)
@description('What a month may cost, in the currency of the bill.')
param amount int

@description('First month, such as 2026-11-01. It cannot be changed while the budget exists.')
param start string

@description('Addresses that get a mail.')
param emails string[]

resource budget 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: '${prefix}-budget'
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: start
    }
    notifications: {
      spent: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: emails
      }
      expected: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: emails
      }
    }
  }
}
