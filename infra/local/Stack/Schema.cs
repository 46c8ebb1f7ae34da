namespace ChatBot.Local;

/// <summary>Makes of an empty database what the program finds on a real project.</summary>
internal sealed class Schema(StackOptions options, string password)
{
    public async Task PrepareAsync(PostgresServer postgres, CancellationToken cancellationToken)
    {
        var superuser = postgres.ConnectionString(pooled: false);
        await SupabaseObjects.CreateAsync(superuser, password, cancellationToken);

        var migrator = options.MigrationsFolder is { } folder ? new Migrator(folder) : new Migrator();
        var result = await migrator.ApplyAsync(postgres.ConnectionString("postgres", pooled: false), cancellationToken);
        if (result.Applied.Count > 0)
        {
            options.Report($"Applied {result.Applied.Count} migration{(result.Applied.Count == 1 ? "" : "s")}");
        }

        if (result.Edited.Count > 0)
        {
            options.Report($"WARNING: changed since they were applied here: {string.Join(", ", result.Edited)}. Start with --fresh to apply them anew.");
        }

        await LocalUser.InsertAsync(superuser, LocalUser.All, cancellationToken);
        await new UsageCaps(options.TokenCap, options.CostCap).ApplyAsync(superuser, cancellationToken);
    }
}
