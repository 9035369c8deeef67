metadata description = 'When to tell people. Each rule is a query in infra/queries and a chapter of the runbook.'

@description('What the names of the resources start with.')
param prefix string
param location string
param tags object

@description('The Application Insights that the queries read.')
param componentId string
param actionGroupId string

@description('Where a mail sends its reader.')
param workbookUrl string
param runbookUrl string

@minValue(1)
@description('Wrong predictions that are enough for a mail...')
param wrongCount int

@minValue(1)
@maxValue(10)
@description('...when people mark them within so many minutes.')
param wrongMinutes int

@description('Whether the stricter variant, too, sends mails: more than 3 within 3 minutes.')
param strictWrong bool

@minValue(10)
@description('Error rate: one false alarm in so many windows at most, were every judgement fair.')
param errorRateOdds int

@description('Three periods of DRIFT_SCHEDULE; a window that Azure Monitor offers, such as PT3H, PT6H or P2D.')
param driftSilence string

@description('Longer than one period of DRIFT_SCHEDULE, so that drift that goes on stays one alert.')
param driftWindow string

@minValue(1)
@maxValue(100)
@description('Failed calls, in percent, that are too many.')
param failedPercent int

@minValue(1)
@description('Milliseconds within which 95 of 100 predictions must be answered.')
param slowMilliseconds int

@description('Whether an hour without any prediction is worth a mail.')
param expectTraffic bool

@description('Whether the code is deployed: before, nothing can be missing.')
param codeDeployed bool

var wrongQuery = loadTextContent('../queries/wrong-predictions.kql')

// name: ends the rule's name, and is the anchor of its chapter in the runbook. title, description: what the mail says.
// measure: the column whose largest value is compared with the threshold; empty: the rows are counted.
// split: columns of which each combination of values is an alert of its own. severity: 0 (critical) to 4.
var rules = [
  {
    name: 'wrong-predictions'
    title: 'Wrong predictions'
    description: 'People marked ${wrongCount} or more predictions as wrong within ${wrongMinutes} minutes. The value is how many. A healthy model gets there too when many people vote; "Error rate above what the model expects" tells whether this is more than chance.'
    query: replace(wrongQuery, '5m', '${wrongMinutes}m')
    measure: 'wrong'
    operator: 'GreaterThanOrEqual'
    threshold: wrongCount
    split: []
    window: 'PT30M'
    frequency: 'PT5M'
    severity: 2
    enabled: true
  }
  {
    name: 'wrong-predictions-strict'
    title: 'Many wrong predictions at once'
    description: 'People marked more than 3 predictions as wrong within 3 minutes. The value is how many.'
    query: replace(wrongQuery, '5m', '3m')
    measure: 'wrong'
    operator: 'GreaterThan'
    threshold: 3
    split: []
    window: 'PT30M'
    frequency: 'PT5M'
    severity: 1
    enabled: strictWrong
  }
  {
    name: 'error-rate'
    title: 'Error rate above what the model expects'
    description: 'Of the predictions that people judged in the last 24 hours, more were wrong than the confidence of the model explains. The value is how many were wrong; chance alone does this in less than one of ${errorRateOdds} windows. Wrong predictions need looking at, and probably labels and a training run.'
    query: replace(loadTextContent('../queries/error-rate.kql'), 'log(1000)', 'log(${errorRateOdds})')
    measure: 'wrong'
    operator: 'GreaterThan'
    threshold: 0
    split: ['model']
    window: 'P1D'
    frequency: 'PT15M'
    severity: 1
    enabled: true
  }
  {
    name: 'drift'
    title: 'Drift'
    description: 'The tweets that come in are no longer like those on which the model was tested. "moved" says what changed most, "action" what to do about it; GET /api/drift and the dashboard tell the whole story.'
    query: loadTextContent('../queries/drift.kql')
    measure: ''
    operator: 'GreaterThan'
    threshold: 0
    split: ['moved', 'action']
    window: driftWindow
    frequency: 'PT15M'
    severity: 2
    enabled: true
  }
  {
    name: 'drift-silent'
    title: 'No drift check'
    description: 'The drift check was due three times and reported nothing. Until it runs again, nobody would know of drift.'
    query: loadTextContent('../queries/drift-silent.kql')
    measure: ''
    operator: 'LessThan'
    threshold: 1
    split: []
    window: driftSilence
    frequency: 'PT1H'
    severity: 2
    enabled: codeDeployed
  }
  {
    name: 'failures'
    title: 'Failing calls'
    description: 'More than ${failedPercent} percent of the calls of the last 15 minutes failed through our fault (status 500 and above, or an error in a timer or a queue message). The value is the percentage.'
    query: loadTextContent('../queries/failures.kql')
    measure: 'failed_percent'
    operator: 'GreaterThan'
    threshold: failedPercent
    split: []
    window: 'PT15M'
    frequency: 'PT5M'
    severity: 1
    enabled: true
  }
  {
    name: 'slow'
    title: 'Slow predictions'
    description: 'Five in a hundred predictions of the last 15 minutes took longer than ${slowMilliseconds} ms. The value is the time, in milliseconds, that 95 in a hundred stayed below.'
    query: loadTextContent('../queries/slow.kql')
    measure: 'p95_ms'
    operator: 'GreaterThan'
    threshold: slowMilliseconds
    split: []
    window: 'PT15M'
    frequency: 'PT5M'
    severity: 3
    enabled: true
  }
  {
    name: 'no-predictions'
    title: 'No predictions'
    description: 'For an hour no tweet was scored, neither over HTTP nor from the queue.'
    query: loadTextContent('../queries/no-predictions.kql')
    measure: ''
    operator: 'LessThan'
    threshold: 1
    split: []
    window: 'PT1H'
    frequency: 'PT15M'
    severity: 3
    enabled: expectTraffic && codeDeployed
  }
]

resource alert 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for one in rules: {
  name: '${prefix}-${one.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}: ${one.title}'
    description: '${one.description}\n\nWhat to do: ${runbookUrl}#${one.name}\nDashboard: ${workbookUrl}'
    severity: one.severity
    enabled: one.enabled
    scopes: [componentId]
    windowSize: one.window
    evaluationFrequency: one.frequency
    criteria: {
      allOf: [
        {
          query: one.query
          timeAggregation: empty(one.measure) ? 'Count' : 'Maximum'
          metricMeasureColumn: empty(one.measure) ? null : one.measure
          dimensions: map(one.split, column => {
            name: column
            operator: 'Include'
            values: ['*']
          })
          operator: one.operator
          threshold: one.threshold
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    // One mail when it begins and one when it is over, not one with every evaluation.
    autoMitigate: true
    // The queries are tested before they get here; a component just made may not know its tables yet.
    skipQueryValidation: true
    actions: {
      actionGroups: [actionGroupId]
      customProperties: {
        whatToDo: '${runbookUrl}#${one.name}'
        dashboard: workbookUrl
      }
    }
  }
}]
