using Migration;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddMigration();
var app = builder.Build();
app.MapMigration();
await app.RunAsync();
