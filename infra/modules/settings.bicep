import { appSettings, model } from 'types.bicep'

@export()
@description('What an app setting holds instead of a secret: the platform puts the value in its place, and follows its newest version.')
func secret(vault string, name string) string => '@Microsoft.KeyVault(VaultName=${vault};SecretName=${name})'

type setting = { name: string, value: string }

func modelSetting(index int, name string, value string) setting => {
  name: 'Models__${index}__${name}'
  value: value
}

func settingsOfModel(index int, of model) setting[] =>
  filter(
    [
      modelSetting(index, 'Name', of.name)
      modelSetting(index, 'Provider', of.provider)
      modelSetting(index, 'Context', string(of.?context ?? ''))
      modelSetting(index, 'MaxOutput', string(of.?maxOutput ?? ''))
      modelSetting(index, 'Encoding', of.?encoding ?? '')
      modelSetting(index, 'Fallbacks', join(of.?fallbacks ?? [], ','))
    ],
    setting => !empty(setting.value)
  )

@export()
@description('The settings Models__0__Name and so on. None where no model is given: the program then offers its own list, at OpenAI.')
func settingsOfModels(models model[]) appSettings =>
  toObject(
    flatten(map(range(0, length(models)), index => settingsOfModel(index, models[index]))),
    setting => setting.name,
    setting => setting.value
  )

@export()
@description('The settings Encryption__Keys__1 and so on.')
func settingsOfDataKeys(vault string, versions int[]) appSettings =>
  toObject(versions, version => 'Encryption__Keys__${version}', version => secret(vault, 'data-key-${version}'))
