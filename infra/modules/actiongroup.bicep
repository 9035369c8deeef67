metadata description = 'Who hears of an alert: any number of people by e-mail, and the app itself, which keeps every alert.'

@description('What the names of the resources start with.')
param prefix string
param tags object

@maxLength(12)
@description('Name in text messages and in the subject of mails.')
param shortName string

@description('Addresses that get a mail.')
param emails string[]

@description('The Functions app.')
param appId string
param appUrl string

@description('''
Whether the app's function `alerts` gets every alert. Not before the code is deployed: the key below is made by
then. Azure Monitor calls a function by its key, so the key stands in this action group, for those who may read it;
it is looked up during the deployment, appears neither in parameters nor in outputs, and opens `alerts` alone.
After the key was changed, deploy again. The way without any key is a webhook with Entra ID (`useAadAuth`), for
which the app needs an app registration and App Service authentication in front of all its functions.
''')
param tellApp bool

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-people'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: shortName
    enabled: true
    emailReceivers: [for email in emails: {
      name: email
      emailAddress: email
      useCommonAlertSchema: true
    }]
    azureFunctionReceivers: tellApp ? [
      {
        name: 'alerts'
        functionAppResourceId: appId
        functionName: 'alerts'
        httpTriggerUrl: '${appUrl}/api/alerts?code=${listKeys('${appId}/functions/alerts', '2024-04-01').default}'
        useCommonAlertSchema: true
      }
    ] : []
  }
}

output groupId string = group.id
