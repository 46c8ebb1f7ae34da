using ChatBot.Chaos;
using ChatBot.Year.Accounts;
using ChatBot.Year.Faults;

namespace ChatBot.Year;

/// <summary>Lets the months go by, day by day, and with them all that the accounts, their billing and the faults bring.</summary>
public sealed class Calendar(
    YearOptions options,
    SimulatedClock clock,
    Population population,
    PlanAdministrator office,
    Sender sender,
    TimerProcess timer,
    LateAnswers late,
    YearFaults faults,
    Action<string> report)
{
    private const int MostAtOnce = 24;
    private const int OfChanges = 10;
    private const int LastCall = 25;
    private const int AtMidnight = 6;

    // An answer that is begun now is still being written at midnight.
    private static readonly TimeSpan s_beforeMidnight = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_whileAnswersRun = TimeSpan.FromMilliseconds(400);
    private static readonly string[] s_models = ["gpt-4o", "gpt-4o-mini", "gpt-4.1"];

    private readonly Random _random = new(options.Seed + 2);
    private readonly SemaphoreSlim _room = new(MostAtOnce);
    private readonly List<Task> _sending = [];

    public async Task RunAsync()
    {
        for (var month = 0; month < options.Months; month++)
        {
            await RunMonthAsync(month, SimulatedClock.Start.AddMonths(month));
            report($"{SimulatedClock.Start.AddMonths(month):yyyy-MM}: {sender.Answers.Values.Sum()} sends, {faults.Kills} processes killed or ended, "
                + $"{faults.Repeated} wake-ups repeated, {late.Came} late results");
        }

        await Task.WhenAll(_sending);
        if (late.AreUnderWay)
        {
            await clock.MoveToAsync(clock.Now.AddDays(LastCall));
            await late.EndAsync(isLastCall: true);
        }

        report(string.Join(", ", sender.Answers.OrderByDescending(a => a.Value).Select(a => $"{a.Value} × {a.Key}")));
    }

    private async Task RunMonthAsync(int month, DateTimeOffset start)
    {
        var days = DateTime.DaysInMonth(start.Year, start.Month);
        var sends = population.Accounts
            .SelectMany(account => Enumerable.Range(0, options.Sends).Select(_ => (Day: _random.Next(days), Account: account)))
            .ToLookup(s => s.Day, s => s.Account);
        for (var day = 0; day < days; day++)
        {
            var midnight = start.AddDays(day + 1);
            await clock.MoveToAsync(start.AddDays(day).AddHours(_random.NextDouble() * 20));
            await HappenAsync(month, day + 1, start);
            var today = sends[day].ToList();
            // On the eve of a new period half of the day's sends come in its last moment.
            var isEve = day + 1 == days || day + 1 is 14 || day + 2 == days;
            var early = isEve ? today.Count / 2 : today.Count;
            await SendAsync(today.Take(early), month, account => ModelFaultMix.Draw(account, _random));
            if (day + 1 == days && month % 3 == 1)
            {
                await clock.MoveToAsync(midnight.AddMinutes(-1));
                await late.BeginAsync(population.Steady);
            }

            if (isEve)
            {
                await clock.MoveToAsync(midnight - s_beforeMidnight);
                await SendAsync(today.Skip(early).Concat(_random.GetItems(population.Accounts.ToArray(), AtMidnight)), month, _ => ModelFaultMix.Slow(_random), s_beforeMidnight * 2);
                await Task.Delay(s_whileAnswersRun);
            }

            await timer.RunAsync();
        }
    }

    private async Task HappenAsync(int month, int day, DateTimeOffset start)
    {
        if (day == OfChanges)
        {
            await population.ChangeAsync();
            if (month % 4 == 1)
            {
                await ChangePricesAsync(start);
            }

            if (month == options.Months / 2)
            {
                await office.LimitDeploymentAsync();
                await population.ChangeDefaultPlanAsync();
            }
        }

        if (day % 3 == 0)
        {
            await faults.DisorderAsync();
        }

        if (day is 7 or 21)
        {
            faults.KillOne();
        }

        if (day > 2 && late.AreUnderWay)
        {
            await late.EndAsync(isLastCall: day == LastCall);
        }
    }

    /// <summary>From the first moment of the next month on, and for one model from the next midnight on.</summary>
    private async Task ChangePricesAsync(DateTimeOffset start)
    {
        foreach (var model in s_models)
        {
            var price = _random.Next(10, 400) / 100m;
            var validFrom = model == s_models[1] ? start.AddDays(OfChanges) : start.AddMonths(1);
            await office.AddPriceAsync(model, validFrom, price, price / 4, price * 5 / 4, 4 * price, 5 * price);
        }
    }

    private async Task SendAsync(IEnumerable<Account> accounts, int month, Func<Account, string> mood, TimeSpan within = default)
    {
        foreach (var account in accounts)
        {
            await _room.WaitAsync();
            _sending.RemoveAll(task => task.IsCompletedSuccessfully);
            _sending.Add(SendOneAsync(account, $"{account.Id:N}-{month}-{_random.Next(3)}", mood(account), within * _random.NextDouble(), new Random(_random.Next())));
        }
    }

    private async Task SendOneAsync(Account account, string chat, string mood, TimeSpan pause, Random random)
    {
        try
        {
            await Task.Delay(pause);
            await sender.SendAsync(account, chat, random.Among(s_models), mood, random);
        }
        finally
        {
            _room.Release();
        }
    }
}
