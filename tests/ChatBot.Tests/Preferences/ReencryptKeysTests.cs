using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ChatBot.Functions.Database;
using ChatBot.Functions.Operations;
using ChatBot.Functions.Preferences;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Preferences;

public sealed class ReencryptKeysTests(TestStack stack)
{
    private const string Path = "/api/preferences/openai-key";

    private static readonly string s_second = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Both data keys, the second one for what is sealed from now on.</summary>
    private static readonly (string Name, string Value)[] s_both = [("Encryption__Keys__2", s_second), ("Encryption__CurrentVersion", "2")];

    private static readonly (string Name, string Value)[] s_secondOnly = [("Encryption__Keys__1", ""), .. s_both];

    [Fact]
    public async Task After_a_rotation_the_old_data_key_can_be_taken_away()
    {
        await using var storage = new StorageAccount(stack.Local.Azurite);
        await using var database = await OwnDatabase.Create(stack, storage.Setting);
        var users = new[] { await database.NewUser(), await database.NewUser(), await database.NewUser() };
        await Task.WhenAll(users.Select((user, n) => Put(user, $"sk-proj-0123456789abcdef-{n:0000}")));
        var before = await Kept(database);
        var sealedBefore = await Sealed(database);

        await Reencrypt(await database.StartProgram(s_both));

        Assert.Equal(["2", "2", "2"], await Versions(database));
        Assert.Equal(before, await Kept(database));
        Assert.Empty(sealedBefore.Intersect(await Sealed(database)));
        var after = await database.StartProgram([storage.Setting, .. s_secondOnly]);
        foreach (var (user, n) in users.Select((user, n) => (user.At(after.Address), n)))
        {
            Assert.True(await IsReadable(user));
            var marker = Guid.NewGuid().ToString();
            await user.Send(await user.NewChat(), marker);
            Assert.Equal($"{n:0000}", stack.CallOf(marker).KeyLast4);
        }
    }

    [Fact]
    public async Task A_second_rotation_changes_nothing()
    {
        await using var database = await OwnDatabase.Create(stack);
        await Put(await database.NewUser(), "sk-proj-0123456789abcdef-wxyz");
        var program = await database.StartProgram(s_both);
        await Reencrypt(program);
        var rotated = await Sealed(database);

        await DoParts(program, "reencrypt-keys-2");

        Assert.Equal(rotated, await Sealed(database));
        Assert.Empty(await program.Services.GetRequiredService<OperationStore>().Begin(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_that_is_put_or_deleted_meanwhile_stays_as_its_user_wants(bool isPut)
    {
        await using var database = await OwnDatabase.Create(stack);
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        var (user, other) = (await database.NewUser(), await database.NewUser());
        await Put(user, "sk-proj-0123456789abcdef-old1");
        await Put(other, "sk-proj-0123456789abcdef-wxyz");
        var program = await database.StartProgram([database.ConnectionOver(wire.Port), .. s_both]);
        var reseal = wire.On(WireAction.Hold, "set ciphertext = r.ciphertext");

        var rotation = Reencrypt(program);
        await reseal.Reached;
        if (isPut)
        {
            await Put(user, "sk-proj-0123456789abcdef-new1");
        }
        else
        {
            (await user.Delete(Path)).Is(HttpStatusCode.NoContent);
        }

        reseal.Release();
        await rotation;

        Assert.Equal(isPut ? ["1", "2"] : ["2"], await Versions(database));
        Assert.Equal(isPut ? "new1" : null, (string?)(await user.Get("/api/preferences")).Json["openaiKey"]?["lastFour"]);
        Assert.True(await IsReadable(other.At(program.Address)));
        if (isPut)
        {
            await DoParts(program, "reencrypt-keys-2");
            Assert.Equal(["2", "2"], await Versions(database));
            Assert.True(await IsReadable(user.At(program.Address)));
        }
    }

    [Fact]
    public async Task Instances_that_rotate_at_once_do_not_disturb_each_other()
    {
        await using var database = await OwnDatabase.Create(stack);
        await Fill(database, 450);
        var programs = new[] { await database.StartProgram(s_both), await database.StartProgram(s_both), await database.StartProgram(s_both) };

        await programs[0].Services.GetRequiredService<OperationStore>().Begin(TestContext.Current.CancellationToken);
        await Task.WhenAll(programs.Select(p => DoParts(p, "reencrypt-keys-2")));
        // What one of them held, the others have passed over.
        await DoParts(programs[0], "reencrypt-keys-2");

        Assert.Equal(450, await Openable(database, programs[0], version: 2));
    }

    [Fact]
    public async Task What_cannot_be_opened_is_left_counted_and_in_nobodys_way()
    {
        await using var database = await OwnDatabase.Create(stack);
        await Fill(database, 450);
        // The first in order, more than a batch of them: under a data key that is missing, or changed.
        await database.Execute(
            """
            update chatbot.provider_keys k
            set key_version = case when n % 2 = 0 then 9 else 1 end,
                ciphertext = case when n % 2 = 0 then k.ciphertext else set_byte(k.ciphertext, 3, 255 - get_byte(k.ciphertext, 3)) end
            from (select id, row_number() over (order by id) as n from chatbot.provider_keys) o
            where o.id = k.id and o.n <= 250
            """);
        var program = await database.StartProgram(s_both);

        await Reencrypt(program);

        Assert.Equal(200, await Openable(database, program, version: 2));
        Assert.Equal(125L, await database.Scalar<long>("select count(*) from chatbot.provider_keys where key_version = 9"));
        Assert.Equal(125L, await database.Scalar<long>("select count(*) from chatbot.provider_keys where key_version = 1"));
        Assert.Equal("200 250", await database.Scalar<string>("select concat_ws(' ', progress ->> 'reencrypted', progress ->> 'unreadable') from chatbot.operations"));
    }

    [Fact]
    public async Task An_instance_of_another_version_leaves_the_keys_alone()
    {
        await using var database = await OwnDatabase.Create(stack);
        await Put(await database.NewUser(), "sk-proj-0123456789abcdef-wxyz");

        await Assert.ThrowsAsync<InvalidOperationException>(() => DoParts(database.Program, "reencrypt-keys-2"));

        Assert.Equal(["1"], await Versions(database));
    }

    [Fact]
    public async Task What_could_not_be_opened_is_tried_again_after_an_hour()
    {
        await using var database = await OwnDatabase.Create(stack);
        await Fill(database, 3);
        await database.Execute("update chatbot.provider_keys set key_version = 9");
        var program = await database.StartProgram(s_both);
        await Reencrypt(program);
        var store = program.Services.GetRequiredService<OperationStore>();
        Assert.Empty(await store.Begin(TestContext.Current.CancellationToken));

        await database.Execute("update chatbot.operations set finished_at = now() - interval '61 minutes'");

        Assert.Equal("reencrypt-keys-2", Assert.Single(await store.Begin(TestContext.Current.CancellationToken)).Id);
    }

    /// <summary>As the timer begins it, and the orchestration does it.</summary>
    private static async Task Reencrypt(TestProgram program)
    {
        var store = program.Services.GetRequiredService<OperationStore>();
        var run = Assert.Single(await store.Begin(TestContext.Current.CancellationToken));
        Assert.Equal("reencrypt_keys", run.Kind);
        await DoParts(program, run.Id);
        await store.Finish(run.Id, TestContext.Current.CancellationToken);
    }

    private static async Task DoParts(TestProgram program, string operationId)
    {
        var keys = program.Services.GetRequiredService<ReencryptKeys>();
        for (var part = new OperationPart(operationId); part is not null; part = await keys.ReencryptNextPart(part, TestContext.Current.CancellationToken))
        {
        }
    }

    private static async Task Put(TestUser user, string key) => (await user.Put(Path, new JsonObject { ["key"] = key })).Is(HttpStatusCode.OK);

    private static async Task<bool> IsReadable(TestUser user) =>
        (bool)(await user.Get("/api/preferences")).Is(HttpStatusCode.OK).Json["openaiKey"]!["readable"]!;

    private static async Task<string[]> Versions(OwnDatabase database) =>
        (await database.Scalar<string[]>("select array_agg(key_version::text order by key_version) from chatbot.provider_keys"))!;

    /// <summary>What a rotation does not touch.</summary>
    private static async Task<string[]> Kept(OwnDatabase database) => (await database.Scalar<string[]>(
        "select array_agg(format('%s %s %s %s %s', id, user_id, last_four, last_verified_at, created_at) order by id) from chatbot.provider_keys"))!;

    private static async Task<string[]> Sealed(OwnDatabase database) => (await database.Scalar<string[]>(
        "select array_agg(v order by v) from chatbot.provider_keys, lateral (values (ciphertext::text), (nonce::text)) s (v)"))!;

    /// <summary>Keys of as many users, sealed as the first program does.</summary>
    private static async Task Fill(OwnDatabase database, int count)
    {
        var vault = database.Program.Services.GetRequiredService<ProviderKeyCipher>();
        var keys = Enumerable.Range(0, count).Select(n =>
        {
            var userId = Guid.NewGuid();
            return (UserId: userId, Key: vault.Seal(userId, Guid.CreateVersion7(), $"sk-proj-0123456789abcdef-{n:0000}"));
        }).ToList();
        await database.Execute(
            """
            with users as (
              insert into auth.users (id, email)
              select u, u || '@example.com'
              from unnest($1::uuid[]) u
              returning id
            )
            insert into chatbot.provider_keys (user_id, id, ciphertext, nonce, key_version, last_four)
            select k.user_id, k.id, k.ciphertext, k.nonce, 1, 'wxyz'
            from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[]) k (user_id, id, ciphertext, nonce)
            -- After its users.
            where (select count(*) from users) > 0
            """,
            keys.Select(k => k.UserId).ToArray(),
            keys.Select(k => k.Key.Id).ToArray(),
            keys.Select(k => k.Key.Ciphertext).ToArray(),
            keys.Select(k => k.Key.Nonce).ToArray());
    }

    /// <summary>How many keys of that version a program can open.</summary>
    private static async Task<int> Openable(OwnDatabase database, TestProgram program, int version)
    {
        var vault = program.Services.GetRequiredService<ProviderKeyCipher>();
        var rows = await program.Services.GetRequiredService<ChatBotDatabase>().All(
            Caller.Service,
            Statement.Of("select k.user_id, k.id, k.ciphertext, k.nonce, k.key_version from chatbot.provider_keys k where k.key_version = $1", Parameter.Integer(version)),
            row => (UserId: row.GetGuid(0), Key: EncryptedKey.Read(row, 1)),
            TestContext.Current.CancellationToken);
        Assert.Equal(rows.Count, await database.Scalar<long>("select count(*) from chatbot.provider_keys where key_version = $1", version));
        return rows.Count(row => vault.Open(row.UserId, row.Key) is not null);
    }
}
