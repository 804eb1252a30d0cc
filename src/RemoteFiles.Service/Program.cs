using RemoteFiles;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddRemoteFiles();
var app = builder.Build();
app.MapRemoteFiles();
await app.RunAsync();
