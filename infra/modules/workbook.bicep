metadata description = 'The dashboard: traffic, labels, confidence, feedback, drift, latency, starts, wrong tweets.'

@description('What the names of the resources start with.')
param prefix string
param location string
param tags object

@description('The Application Insights that its queries read.')
param componentId string

var serialized = replace(loadTextContent('../workbook.json'), 'COMPONENT_ID', componentId)

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, prefix, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: '${prefix}: tweet sentiment'
    category: 'workbook'
    sourceId: componentId
    version: 'Notebook/1.0'
    serializedData: serialized
  }
}

output url string = '${environment().portal}/#resource${workbook.id}/workbook'
