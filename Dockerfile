# One image a service:  docker build --build-arg SERVICE=Edge .
# SERVICE is Edge, RemoteFiles.Service, Migration.Service, or Bridge, the operator's commands.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG SERVICE
ARG TARGETARCH=amd64
WORKDIR /source
COPY . .
# Compiled ahead, with what it needs of the framework (Image.props); the program has one name in every image.
RUN dotnet publish "src/$SERVICE" -c Release -r "linux-musl-$(echo $TARGETARCH | sed s/amd64/x64/)" -p:Image=true -o /app \
 && mv "/app/$SERVICE" /app/service && mkdir /data

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-alpine
# Names are compared in their Unicode form, which takes ICU; the data of languages, which are most of it, are not needed.
RUN apk add --no-cache icu-libs
ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false DOTNET_EnableDiagnostics=0
# Measured: a first generation of 4 MiB instead of the processor's whole cache saves each process 8 MB, and costs no time.
ENV DOTNET_GCgen0size=0x400000
WORKDIR /app
COPY --from=build /app .
COPY --from=build --chown=$APP_UID:$APP_UID /data /data
# Nothing is written but to /data and /tmp: the rest of the file system may be read-only.
USER $APP_UID
VOLUME /data
HEALTHCHECK --interval=15s --timeout=12s --start-period=60s CMD ["/app/service", "--probe"]
ENTRYPOINT ["/app/service"]
