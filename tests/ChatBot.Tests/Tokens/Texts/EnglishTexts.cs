namespace ChatBot.Tests.Tokens.Texts;

/// <summary>English as it comes up in a customer chat, turn by turn: short and long, plain and formatted.</summary>
public static class EnglishTexts
{
    public static IReadOnlyList<(string Role, string Content)> Chat { get; } =
    [
        ("system", """
            You help the customers of a shop that sells garden tools, seeds and outdoor furniture. Be brief and friendly. When you do not know
            the state of an order, say so, and offer to pass the question on to a colleague. Never promise a refund; explain how to ask for one.
            """),
        ("user", "Hi, I ordered a hedge trimmer last Tuesday and it still hasn't arrived. Can you tell me where it is?"),
        ("assistant", """
            I'm sorry to hear that! Let me help you find it. Could you give me the number of your order? It starts with two letters, followed by
            six digits, and you'll find it in the message we sent you right after you paid.

            If you don't have it at hand, the e-mail address you ordered with will do as well.
            """),
        ("user", "It's GT204417."),
        ("assistant", """
            Thank you. Your parcel left our warehouse on Thursday at 4:35 pm and reached the depot near you this morning. It is planned for
            delivery tomorrow, between 9 am and 1 pm.

            Here's what you can do meanwhile:

            1. **Change the day**: follow the link in the carrier's message, up to an hour before the delivery begins.
            2. **Choose a neighbour**: you can name someone who'd take the parcel for you.
            3. **Pick it up yourself**: the depot keeps it for seven days if nobody opens the door twice.

            Is there anything else that I can do for you?
            """),
        ("user", """
            ok thanks. another thing, my brother has the same trimmer and he says the battery doesn't last longer than 20 minutes. Is that normal?
            What would you recommend for a hedge of roughly 45 metres, a bit more than two metres high? We've got about 300 dollars to spend, but
            I'd rather not buy a second device if a bigger battery would do.
            """),
        ("assistant", """
            Twenty minutes is a little less than we'd expect of a new battery, but it isn't unusual after two or three years, or when branches
            thicker than a finger are cut. Cold weather makes it worse: below five degrees a battery gives perhaps two thirds of what it has.

            For 45 metres of that height you'll need something like an hour and a half of cutting, so a single small battery won't be enough.
            The larger one (5.0 Ah instead of 2.5 Ah) fits the same trimmer, costs $89.95 at the moment, and roughly doubles the time. With both
            of them, and one on the charger while you're working with the other, you can cut the whole hedge in one afternoon.

            So I'd keep the trimmer. A device with a cable would be lighter and cheaper, but you'd have to watch where the cable goes, and
            that's no fun on a ladder. Before you decide, have a look at the blades: dull ones take far more power than sharp ones, and having
            them sharpened is often all it takes.
            """),
        ("user", "That's really helpful, I'll take the bigger battery then. Does it come with a warranty?"),
        ("assistant", """
            It does: three years, counted from the day it's delivered. The capacity is covered too, as long as more than a fifth of it was lost
            within the first two years. Keep the receipt, because that's the only thing they will ask you for. Shall I add it to your basket?
            """),
    ];

    public const string Story = """
        The lighthouse keeper's daughter had never learned to swim, although she had lived for nineteen years within sight of nothing but
        water. It wasn't that she was afraid. She simply hadn't seen the use of it: whoever fell from those rocks in a storm, she used to say,
        would hardly be saved by moving his arms, and in fair weather nobody fell.

        What she did learn was to listen. She could tell from the sound of the waves, with her eyes closed and the window shut, where the wind
        came from and how long it would stay there. Fishermen who had laughed about her when she was ten began to ask her advice when she was
        fifteen, at first as if in jest, then quite openly; and when she was eighteen, no boat went out of the harbour before someone had been
        up the hundred and forty-two steps to hear what she thought of the day.

        So everyone remembered the morning on which she shook her head at a sky of the purest blue. There was no wind to speak of. Gulls stood
        on the wall as though they had been painted there, and the sea was so calm that one could see the chain of every anchor, all the way
        down. "I don't know what it is," she said. "But it's the wrong kind of silence. Please stay." Half of them stayed. The others, whose
        nets had been empty for a week, thanked her politely and rowed away.

        It came a little before noon, and it didn't come from the sky at all.
        """;

    public const string Report = """
        # Results of the second quarter

        Revenue grew by 7.3% to 18.4 million, mostly because of stronger sales in the northern region (+12.1%) and, to a lesser degree, higher
        prices. Costs rose more slowly (+3.9%), so that the operating margin improved from 9.6% to 12.5%. Three developments deserve attention:

        - **Returns.** One in eleven orders came back, compared with one in fourteen a year ago. Most customers give the size as the reason.
        - **Shipping.** The new contract saves about 0.40 per parcel, but only 83% of all deliveries arrived within two working days.
        - **Staff.** Twenty-six people joined us, nine left; seven positions are still open, among them that of a head of purchasing.

        We don't expect the same growth for the rest of the year. The comparison with last summer, when everything was sold out by August, is
        going to be difficult, and both freight rates and exchange rates have turned against us since the beginning of June. If nothing else
        changes, the full year should end between 71 and 74 million, which is still slightly above what we'd told the board in January.
        """;

    public static IEnumerable<string> All => [.. Chat.Select(turn => turn.Content), Story, Report];
}
