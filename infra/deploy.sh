#!/usr/bin/env bash
# Deploys a package to a function app, and waits until the app answers from its database and queues.
set -euo pipefail

if [ $# -ne 3 ]; then
  echo "usage: $0 <resource group> <function app> <package>" >&2
  exit 64
fi
group=$1 app=$2 package=$3

# Right after the first deployment of the templates the roles have not reached the storage account everywhere.
for attempt in $(seq 10); do
  az functionapp deployment source config-zip --resource-group "$group" --name "$app" --src "$package" --output none && break
  if [ "$attempt" -eq 10 ]; then
    echo "The package could not be deployed." >&2
    exit 1
  fi
  echo "The package was refused, trying again in 30 s." >&2
  sleep 30
done

host=$(az functionapp show --resource-group "$group" --name "$app" --query "defaultHostName || properties.defaultHostName" --output tsv)
for _ in $(seq 60); do
  if curl --fail --silent --max-time 10 "https://$host/api/health/ready"; then
    echo " from https://$host"
    exit 0
  fi
  sleep 5
done
echo "https://$host/api/health/ready does not answer: deploy the package before this one again." >&2
exit 1
