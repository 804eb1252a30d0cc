using Migration;
using Operations;
using Shared.Hosting;

return await HostProgram.RunAsync(args, "migration", builder => builder.AddMigration(), app =>
{
    app.MapMigration();
    return app.RunServiceAsync(args);
});
