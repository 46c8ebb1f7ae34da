# Three images: the native program (the default), the durable task process beside it, and the worker on the Functions base image. Build and base are the same Ubuntu 24.04: the binary needs the glibc it was linked with.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS source
WORKDIR /source
COPY . .

FROM source AS build
ARG TARGETARCH
# What /api/health names; the repository itself is not copied.
ARG COMMIT=
RUN apt-get update \
    && apt-get install -y --no-install-recommends clang zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
RUN case "$TARGETARCH" in arm64) runtime=linux-arm64 ;; *) runtime=linux-x64 ;; esac \
    && dotnet publish ChatBot.Functions -c Release -r "$runtime" -o /published -p:Standalone=true -p:SourceRevisionId="$COMMIT"

FROM source AS build-durable-task
RUN dotnet publish infra/durable-task -c Release -o /durable-task

# The task hub of long operations, for where there is no Functions host.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled AS durable-task
WORKDIR /app
COPY --from=build-durable-task --chmod=0555 /durable-task ./
ENV ASPNETCORE_HTTP_PORTS=4001
EXPOSE 4001
USER $APP_UID
ENTRYPOINT ["dotnet", "/app/ChatBot.DurableTask.dll"]

FROM source AS build-worker
ARG TARGETARCH
ARG COMMIT=
RUN case "$TARGETARCH" in arm64) runtime=linux-arm64 ;; *) runtime=linux-x64 ;; esac \
    && dotnet publish ChatBot.Functions -c Release -r "$runtime" -o /worker -p:SourceRevisionId="$COMMIT"

# The Functions host with the worker.
FROM mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0 AS worker
COPY --from=build-worker /worker /home/site/wwwroot
ENV AzureWebJobsScriptRoot=/home/site/wwwroot AzureFunctionsJobHost__Logging__Console__IsEnabled=true

# The native program. No shell, no package manager; libc, OpenSSL and the root certificates are all there is.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
WORKDIR /app
COPY --from=build --chmod=0555 /published/ChatBot.Functions ./
ENV ASPNETCORE_HTTP_PORTS=8080
EXPOSE 8080
USER $APP_UID
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/ChatBot.Functions"]
