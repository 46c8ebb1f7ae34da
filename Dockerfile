# The program for everywhere but the Functions host. Build and base are the same Ubuntu 24.04: the binary needs the glibc it was linked with.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
ARG TARGETARCH
RUN apt-get update \
    && apt-get install -y --no-install-recommends clang zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN case "$TARGETARCH" in arm64) runtime=linux-arm64 ;; *) runtime=linux-x64 ;; esac \
    && dotnet publish ChatBot.Functions -c Release -r "$runtime" -o /published

# No shell, no package manager; libc, OpenSSL and the root certificates are all there is.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
WORKDIR /app
COPY --from=build --chmod=0555 /published/ChatBot.Functions ./
ENV ASPNETCORE_HTTP_PORTS=8080
EXPOSE 8080
USER $APP_UID
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/ChatBot.Functions"]
