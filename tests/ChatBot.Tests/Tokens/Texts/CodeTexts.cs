namespace ChatBot.Tests.Tokens.Texts;

/// <summary>Code of several languages, with tabs, comments and deep indentation.</summary>
public static class CodeTexts
{
    public const string CSharp = """
        using System.Collections.Concurrent;

        namespace Garden.Orders;

        /// <summary>Keeps what is in a basket, per customer.</summary>
        public sealed class Baskets(TimeProvider clock) : IAsyncDisposable
        {
            private readonly ConcurrentDictionary<Guid, (int Count, DateTimeOffset Changed)> _byCustomer = new();

            public async Task<int> AddAsync(Guid customer, int howMany = 1, CancellationToken cancellation = default)
            {
                await Task.Yield();
                cancellation.ThrowIfCancellationRequested();
                return _byCustomer.AddOrUpdate(customer, _ => (howMany, clock.GetUtcNow()), (_, old) => (old.Count + howMany, clock.GetUtcNow())).Count;
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
        """;

    public const string Python = """"
        from dataclasses import dataclass, field
        import re


        @dataclass(frozen=True)
        class Plant:
            """A plant, and how much water it wants each week."""
            name: str
            litres: float = 0.5
            tags: list[str] = field(default_factory=list)

            def is_thirsty(self, *, since_days: int) -> bool:
                return since_days * self.litres / 7 > 1.25 and not re.match(r"^cact(us|i)\b", self.name, re.I)


        if __name__ == '__main__':
            for i, plant in enumerate(sorted(PLANTS, key=lambda p: -p.litres)):
                print(f"{i:>3}. {plant.name!r:<20} {plant.litres:.2f} l\t{'*' * int(plant.litres * 10)}")
        """";

    public const string TypeScript = """
        export async function* rows<T extends { id: string }>(url: URL, limit = 0x20): AsyncGenerator<T, void> {
          let cursor: string | undefined;
          do {
            const response = await fetch(`${url}?limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
            if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
            const { items, nextCursor } = (await response.json()) as { items: T[]; nextCursor?: string };
            yield* items.filter((item) => item?.id !== '' && !/^_+\d{2,}$/u.test(item.id));
            cursor = nextCursor ?? undefined;
          } while (cursor !== undefined); // === null never happens
        }
        """;

    public const string Rust = """
        impl<'a, T: Ord + Copy> Iterator for Merge<'a, T> {
            type Item = T;

            fn next(&mut self) -> Option<Self::Item> {
                match (self.left.first(), self.right.first()) {
                    (Some(&l), Some(&r)) if l <= r => { self.left = &self.left[1..]; Some(l) }
                    (_, Some(&r)) => { self.right = &self.right[1..]; Some(r) }
                    (Some(&l), None) => { self.left = &self.left[1..]; Some(l) }
                    (None, None) => None,
                }
            }
        }
        """;

    public const string Sql = """
        with late as (
          select o.id, o.customer_id, now() - o.promised_at as delay
          from shop.orders o
          left join shop.deliveries d on d.order_id = o.id
          where d.id is null and o.promised_at < now() - interval '2 days'
        )
        select c.name, count(*) filter (where l.delay > '7 days') as "very late", round(avg(extract(epoch from l.delay)) / 3600, 1)
        from late l join shop.customers c on c.id = l.customer_id
        group by 1 having count(*) > 1 order by 2 desc nulls last limit 100;
        """;

    public const string Markup = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>Garden &amp; Co.</title>
        <style>.card>h2{margin:0 auto;color:#3a7f2c}@media(max-width:640px){.card{display:none!important}}</style></head>
        <body><!-- nothing yet --><a href="/seeds?page=2&amp;sort=-price" onclick='return false;'>More&hellip;</a></body></html>
        {"id":"a3f1","tags":["new","sale"],"price":{"amount":19.99,"currency":"EUR"},"stock":null,"ratio":-1.5e-07,"text":"line\nline\t\u00e9"}
        """;

    public const string Shell =
        "#!/usr/bin/env bash\nset -euo pipefail\n\nfor f in \"$HOME\"/logs/*.{log,txt}; do\n\tif [[ -s \"$f\" ]]; then\n\t\tgrep -nE '^(ERROR|WARN)\\b' \"$f\" | awk -F: '{ n[$1]++ } END { for (k in n) print k, n[k] }' >> /tmp/out_$$.csv 2>&1 || true\n\tfi\ndone\r\n\r\n\texit $?\r\n";

    public static IReadOnlyList<string> All { get; } = [CSharp, Python, TypeScript, Rust, Sql, Markup, Shell];
}
