import { resourceTags } from 'types.bicep'

param namePrefix string
param location string
param tags resourceTags

@description('The Log Analytics workspace that telemetry goes to.')
param workspaceName string

@description('Who gets a mail.')
param emails string[]

@description('An address that is called. It often holds a token: a secret.')
@secure()
param webhook string

type rule = {
  name: string
  description: string

  @description('0 is the worst, 4 the least.')
  severity: int

  query: string

  @description('More than this, and there is an alert.')
  threshold: int

  window: 'PT5M' | 'PT15M'
}

// Each query gives one row, whose Value is held against the threshold. Among requests are also the calls of queues and the timer, which have no
// status of HTTP.
var rules rule[] = [
  {
    name: 'poison-messages'
    description: 'A wake-up could not be handled in five tries. It is kept as a dead letter, and can be driven again.'
    severity: 1
    query: 'AppMetrics | where Name == "chatbot.queue.dead_letters" | summarize Value = sum(Sum)'
    threshold: 0
    window: 'PT5M'
  }
  {
    name: 'queue-age'
    description: 'Wake-ups wait for more than a minute: answers are stored, and usage is recorded, too late.'
    severity: 2
    query: 'AppMetrics | where Name == "chatbot.queue.age" | summarize Value = max(Max)'
    threshold: 60
    window: 'PT15M'
  }
  {
    name: 'server-errors'
    description: 'More than 2 % of at least 50 requests were answered with 5xx.'
    severity: 1
    query: 'AppRequests | where toint(ResultCode) between (100 .. 599) | summarize Requests = sum(ItemCount), Errors = sumif(ItemCount, toint(ResultCode) >= 500) | project Value = iff(Requests < 50, 0.0, 100.0 * Errors / Requests)'
    threshold: 2
    window: 'PT15M'
  }
  {
    name: 'cap-refusals'
    description: 'More than 100 sends were refused because a cap was reached: a plan is too small, or somebody is trying.'
    severity: 3
    query: 'AppMetrics | where Name == "chatbot.cap.refusals" | summarize Value = sum(Sum)'
    threshold: 100
    window: 'PT15M'
  }
  {
    name: 'interrupted-completions'
    description: 'More than 10 answers were broken off, by a model or because their instance died.'
    severity: 2
    query: 'AppMetrics | where Name == "chatbot.completions.ended" and tostring(Properties["chatbot.end"]) == "interrupted" | summarize Value = sum(Sum)'
    threshold: 10
    window: 'PT15M'
  }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' existing = {
  name: workspaceName
}

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${namePrefix}-operators'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'chatbot'
    emailReceivers: [
      for (email, index) in emails: {
        name: 'email-${index}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
    webhookReceivers: empty(webhook) ? [] : [{ name: 'webhook', serviceUri: webhook, useCommonAlertSchema: true }]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: '${namePrefix}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'ChatBot: ${rule.name}'
      description: rule.description
      severity: rule.severity
      enabled: true
      autoMitigate: true
      scopes: [workspace.id]
      evaluationFrequency: 'PT5M'
      windowSize: rule.window
      // A new workspace has no such table until the first telemetry has come.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: 'Value'
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: rule.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [operators.id] }
    }
  }
]
