using Migration;
using Shared.Hosting;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddMigration();
var app = builder.Build();
app.MapMigration();
return await app.RunAsync(args);
