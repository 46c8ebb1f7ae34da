using ChatBot.Chaos.Journals;

namespace ChatBot.Chaos.Clients;

/// <summary>One client: does one thing after the other until it is told to end.</summary>
public sealed class ChaosClient(ChaosHttp http, ClientJournal journal, ModelBehaviour behaviour, UserFactory users, ChaosUser first, Random random)
{
    private const int RefusalsToBear = 4;

    private static readonly IReadOnlyList<(int Weight, Act Choice)> s_acts =
    [
        (56, Act.Send), (7, Act.Edit), (8, Act.Regenerate), (10, Act.List), (4, Act.Create), (3, Act.Delete), (3, Act.Glance), (1, Act.ChangeKey),
    ];

    private ChaosUser _user = first;

    private enum Act
    {
        Send,
        Edit,
        Regenerate,
        List,
        Create,
        Delete,
        Glance,
        ChangeKey,
    }

    /// <param name="ending">No new thing is begun.</param>
    /// <param name="cancellationToken">What runs is broken off.</param>
    public async Task RunAsync(CancellationToken ending, CancellationToken cancellationToken)
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                if (_user.Refusals > RefusalsToBear)
                {
                    _user = await users.CreateAsync(isCapped: true);
                }

                await ActAsync(cancellationToken);
                await Task.Delay(random.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(400)), cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ActAsync(CancellationToken cancellationToken)
    {
        var browsing = new ClientScenario(http, journal, _user, random);
        if ((_user.Chat(random) ?? await NewChatAsync(browsing, cancellationToken)) is not { } chat)
        {
            return;
        }

        var turn = chat.AnyTurn(random);
        var act = random.Weighted(s_acts);
        var again = act switch
        {
            Act.Edit when turn is { MessageId: not null } => Request(chat, SendKind.Edit, turn),
            Act.Regenerate when turn is { AnswerId: not null } => Request(chat, SendKind.Regenerate, random.Chance(0.8) ? turn : null),
            _ => null,
        };
        switch (act)
        {
            case Act.Edit or Act.Regenerate when again is not null:
                await new Sending(http, journal, _user, random).RunAsync(again, cancellationToken);
                break;
            case Act.List:
                await browsing.ListAsync(chat, cancellationToken);
                break;
            case Act.Create:
                var created = new Turn(Markers.NewMessage(), Guid.CreateVersion7().ToString());
                await browsing.CreateMessageAsync(chat, created, $"{_user.Marker} {created.Marker} for later", cancellationToken);
                break;
            case Act.Delete:
                await browsing.DeleteAsync(chat, random.Chance(0.8) ? turn : null, cancellationToken);
                break;
            case Act.Glance:
                await browsing.GlanceAsync(cancellationToken);
                break;
            case Act.ChangeKey when !_user.IsCapped:
                await browsing.ChangeKeyAsync(cancellationToken);
                break;
            default:
                await new Sending(http, journal, _user, random).RunAsync(Request(chat, SendKind.Submit, NewTurn(chat)), cancellationToken);
                break;
        }
    }

    private async Task<ChaosChat?> NewChatAsync(ClientScenario browsing, CancellationToken cancellationToken)
    {
        if (await browsing.CreateChatAsync(cancellationToken) is not { } chat)
        {
            return null;
        }

        _user.Add(chat);
        return chat;
    }

    private Turn NewTurn(ChaosChat chat)
    {
        var marker = Markers.NewMessage();
        var turn = new Turn(marker, random.NextDouble() switch
        {
            < 0.7 => Guid.CreateVersion7().ToString(),
            < 0.9 => marker[..16],
            _ => null,
        });
        chat.Add(turn);
        return turn;
    }

    private SendRequest Request(ChaosChat chat, SendKind kind, Turn? turn)
    {
        var content = $"{_user.Marker} {turn?.Marker} go on {random.Next(1000)} [[{behaviour.Draw(random, _user.Marker)}]]";
        return new SendRequest(chat, kind, turn, kind == SendKind.Regenerate ? null : content)
        {
            IsUnconfigured = random.Chance(0.3),
            AsText = random.Chance(0.15),
            IdempotencyKey = kind == SendKind.Submit ? (turn!.MessageId is null ? turn.Marker : null) : random.Chance(0.5) ? Guid.NewGuid().ToString() : null,
            OnDisconnect = Sending.DrawPolicy(random),
        };
    }
}
