# One image a service:  docker build --build-arg SERVICE=Edge .
# SERVICE is Edge, RemoteFiles.Service or Migration.Service.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG SERVICE
WORKDIR /source
COPY . .
# Compiled ahead; the program has one name in every image, as there is no shell in them to look for it.
RUN dotnet publish "src/$SERVICE" -c Release --use-current-runtime --no-self-contained -p:PublishReadyToRun=true -p:DebugType=none -o /app \
 && mv "/app/$SERVICE" /app/service && mkdir /data

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
COPY --from=build --chown=$APP_UID:$APP_UID /data /data
USER $APP_UID
# Nothing is written but to /data and /tmp: the rest of the file system may be read-only.
ENV DOTNET_EnableDiagnostics=0
VOLUME /data
HEALTHCHECK --interval=15s --timeout=12s --start-period=60s CMD ["/app/service", "--probe"]
ENTRYPOINT ["/app/service"]
