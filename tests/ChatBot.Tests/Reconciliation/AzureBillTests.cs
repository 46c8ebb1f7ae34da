using System.Text;
using ChatBot.Functions.Reconciliation;
using Xunit;

namespace ChatBot.Tests.Reconciliation;

public sealed class AzureBillTests
{
    private const string Header = "Date,MeterName,Quantity,UnitOfMeasure\n";

    [Fact]
    public async Task Tokens_are_added_up_per_day_and_model_whatever_their_unit()
    {
        var bill = await Read(
            """"
            SubscriptionId,Date,MeterCategory,MeterName,Quantity,UnitOfMeasure,Tags
            s,11/22/2026,Azure OpenAI,gpt-4o-0806-Inp-glbl Tokens,12.345,1K,"""env"": ""prod"", ""team"": ""chat"""
            s,11/22/2026,Azure OpenAI,gpt-4o-0806-cached-Inp-glbl Tokens,1.5,1K,
            s,11/22/2026,Azure OpenAI,gpt-4o-0806-Outp-glbl Tokens,2,1K,
            s,11/22/2026,Storage,LRS Data Stored,99,1 GB/Month,
            s,11/23/2026,"Azure OpenAI, new",gpt-4o-0806-Inp-glbl Tokens,0.000001,1M,"two
            lines"
            s,11/23/2026,Azure OpenAI,5.4 mini Opt Gl 1M Tokens,0.25,1M,
            s,11/24/2026,Storage,LRS Data Stored,99,1 GB/Month,

            """");

        Assert.Equal((new DateOnly(2026, 11, 22), new DateOnly(2026, 11, 24)), (bill.First, bill.Last));
        Assert.Equal(
            [
                new ProviderFigures(new(2026, 11, 22), "gpt-4o-0806", 13_845, 2_000, 0),
                new ProviderFigures(new(2026, 11, 23), "gpt-4o-0806", 1, 0, 0),
                new ProviderFigures(new(2026, 11, 23), "5.4-mini", 0, 250_000, 0),
            ],
            bill.Figures);
    }

    [Theory]
    [InlineData("date,metername,quantity,unitofmeasure", "11/23/2026")]
    [InlineData("UsageDate,MeterName,UsageQuantity,UnitOfMeasure", "2026-11-23")]
    [InlineData("UsageDateTime,MeterName,ConsumedQuantity,UnitOfMeasure", "2026-11-23T00:00:00Z")]
    [InlineData("UsageDateTime,Meter,Quantity,Unit", "2026-11-23T00:00:00.0000000Z")]
    [InlineData("Date,MeterName,Quantity,UnitOfMeasure", "20261123")]
    public async Task Each_kind_of_agreement_has_its_headers_and_dates(string header, string date)
    {
        var bill = await Read($"{header}\n{date},gpt-4o-0806-Inp-glbl Tokens,2,1K\n");

        Assert.Equal([new ProviderFigures(new(2026, 11, 23), "gpt-4o-0806", 2_000, 0, 0)], bill.Figures);
    }

    [Theory]
    [InlineData("\uFEFFDate,MeterName,Quantity,UnitOfMeasure\n\uFEFF2026-11-23,gpt-4o-0806-Inp-glbl Tokens,2,1K\n")]
    [InlineData("\uFEFF\uFEFFDate,MeterName,Quantity,UnitOfMeasure\r\n2026-11-23,gpt-4o-0806-Inp-glbl Tokens,2,1K\r\n")]
    [InlineData("\uFEFF\"Date\",\"MeterName\",\"Quantity\",\"UnitOfMeasure\"\n\uFEFF\"11/23/2026\",\"gpt-4o-0806-Inp-glbl Tokens\",\"2\",\"1K\"\n")]
    [InlineData("\uFEFF\n\uFEFF\"Date\",MeterName,\"Quantity\",UnitOfMeasure\n2026-11-23,\"gpt-4o-0806-Inp-glbl Tokens\",2,1K\n\uFEFF")]
    public async Task Byte_order_marks_stand_where_azure_leaves_them(string csv) =>
        Assert.Equal([new ProviderFigures(new(2026, 11, 23), "gpt-4o-0806", 2_000, 0, 0)], (await Read(csv)).Figures);

    [Fact]
    public async Task Parts_are_joined_with_their_headers()
    {
        var bill = await Read(
            "\uFEFFDate,MeterName,Quantity,UnitOfMeasure\n2026-11-23,gpt-4o-0806-Inp-glbl Tokens,2,1K\n"
            + "\uFEFFDate,MeterName,Quantity,UnitOfMeasure\n2026-11-23,gpt-4o-0806-Inp-glbl Tokens,3,1K\n"
            + "\uFEFF\"unitOfMeasure\",\"quantity\",\"date\",\"meterName\",\"tags\"\n1K,4,11/24/2026,gpt-4o-0806-Inp-glbl Tokens,\n");

        Assert.Equal(
            [new ProviderFigures(new(2026, 11, 23), "gpt-4o-0806", 5_000, 0, 0), new ProviderFigures(new(2026, 11, 24), "gpt-4o-0806", 4_000, 0, 0)],
            bill.Figures);
    }

    [Theory]
    [InlineData("2026-11-23T00:00Z", "2000", "2")]
    [InlineData("2026-11-23T00:00:00Z", "2", "2")]
    [InlineData("2026-11-23T00:00:00Z", "2", "2000")]
    [InlineData("2026-11-23T00:00:00Z", "", "2")]
    public async Task The_focus_form_is_read_whichever_of_its_quantities_counts_the_blocks(string date, string consumed, string pricing)
    {
        var bill = await Read(
            "BilledCost,ChargePeriodEnd,ChargePeriodStart,ConsumedQuantity,ConsumedUnit,PricingQuantity,PricingUnit,x_PricingBlockSize,x_PricingUnitDescription,x_SkuMeterName\n"
            + $"0.005,2026-11-24T00:00:00Z,{date},{consumed},Units,{pricing},Units,1000,1K,gpt-4o-0806-Inp-glbl Tokens\n"
            + "3.25,2026-11-24T00:00:00Z,2026-11-23T00:00:00Z,,,1,Units,1,1 Hour,B1s\n");

        Assert.Equal([new ProviderFigures(new(2026, 11, 23), "gpt-4o-0806", 2_000, 0, 0)], bill.Figures);
    }

    [Fact]
    public async Task A_correction_in_the_focus_form_is_taken_off()
    {
        const string header = "ChargePeriodStart,ConsumedQuantity,PricingQuantity,x_PricingUnitDescription,x_SkuMeterName\n";

        var bill = await Read($"{header}2026-11-23T00:00Z,2000,2,1K,gpt-4o-0806-Inp-glbl Tokens\n2026-11-23T00:00Z,-1500,-1.5,1K,gpt-4o-0806-Inp-glbl Tokens\n");

        Assert.Equal(500, Assert.Single(bill.Figures).InputTokens);
    }

    [Fact]
    public async Task A_correction_is_taken_off() =>
        Assert.Equal(500, Assert.Single((await Read($"{Header}2026-11-23,gpt-4o-0806-Inp-glbl Tokens,2,1K\n2026-11-23,gpt-4o-0806-Inp-glbl Tokens,-1.5,1K\n")).Figures).InputTokens);

    [Theory]
    [InlineData("", "The bill is empty.")]
    [InlineData(Header, "The bill has a header, and nothing else.")]
    [InlineData("Date,MeterName,Quantity\n", "The header names no column UnitOfMeasure or Unit or x_PricingUnitDescription.")]
    [InlineData("ChargePeriodStart,PricingQuantity,x_PricingUnitDescription\n", "The header names no column MeterName or Meter or x_SkuMeterName or SkuMeter.")]
    [InlineData("{\"a\": 1}\n", "In the record at line 1 a quote stands within a field.")]
    [InlineData(Header + "2026-11-23,x\n", "The record at line 2 has 2 fields, the header 4.")]
    [InlineData(Header + "yesterday,x,1,1\n", "In the record at line 2 the value of Date cannot be read.")]
    [InlineData(Header + "2026-11-23,gpt-4o-0806-Inp-glbl Tokens,many,1K\n", "In the record at line 2 the value of Quantity cannot be read.")]
    [InlineData(Header + "2026-11-23,gpt-4o-0806-Inp-glbl Tokens,1e25,1K\n", "In the record at line 2 the value of Quantity cannot be read.")]
    [InlineData(Header + "2026-11-23,gpt-4o-0806-Inp-glbl Tokens,1,1 Hour\n", "In the record at line 2 the value of UnitOfMeasure cannot be read.")]
    public async Task What_cannot_be_read_is_refused_with_its_line(string csv, string why) =>
        Assert.Equal(why, (await Assert.ThrowsAsync<InvalidDataException>(() => Read(csv))).Message);

    private static Task<AzureBill> Read(string csv) => AzureBill.Read(new MemoryStream(Encoding.UTF8.GetBytes(csv)), TestContext.Current.CancellationToken);
}
