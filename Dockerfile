# One image a service:  docker build --build-arg SERVICE=Edge .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG SERVICE
WORKDIR /source
COPY . .
RUN dotnet publish "src/$SERVICE" -c Release --use-current-runtime --no-self-contained -p:PublishReadyToRun=true -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
ARG SERVICE
ENV SERVICE=$SERVICE
WORKDIR /app
COPY --from=build /app .
RUN mkdir /data && chown app /data
USER app
VOLUME /data
ENTRYPOINT ["/bin/sh", "-c", "exec dotnet $SERVICE.dll"]
