using ChatBot.Chaos;
using ChatBot.Chaos.Faults;
using ChatBot.Chaos.Journals;

namespace ChatBot.Year.Faults;

/// <summary>Kills and ends processes, and brings messages of the queues twice, late and in another order.</summary>
public sealed class YearFaults(Instances instances, QueueDisorder disorder, FaultJournal journal, Random random)
{
    private Task _breaking = Task.CompletedTask;

    public int Kills => journal.Count(FaultKind.Kill) + journal.Count(FaultKind.Terminate);

    public int Repeated => disorder.Repeated;

    public void KillOne()
    {
        if (_breaking.IsCompletedSuccessfully)
        {
            var slot = random.Next(instances.Count);
            _breaking = random.Chance(0.7) ? instances.KillAsync(slot) : instances.TerminateAsync(slot);
        }
    }

    public Task DisorderAsync() => disorder.AddAsync(random, CancellationToken.None);

    /// <summary>Returns when everything that was broken is whole again.</summary>
    public Task EndAsync() => _breaking;
}
