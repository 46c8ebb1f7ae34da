#!/usr/bin/env bash
# Publishes the program and packs it as the function app takes it, into artifacts/chatbot.zip.
# Given a folder that it was published to, packs that one; given a file too, packs into it.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-artifacts/package}
mkdir -p artifacts
case ${2:-} in
  '') package=$PWD/artifacts/chatbot.zip ;;
  /*) package=$2 ;;
  *) package=$PWD/$2 ;;
esac

if [ $# -eq 0 ]; then
  rm -rf "$folder"
  dotnet publish ChatBot.Functions -c Release -r linux-x64 -o "$folder"
fi

rm -f "$package"
(cd "$folder" && zip -qr "$package" .)
echo "Packed $package"
