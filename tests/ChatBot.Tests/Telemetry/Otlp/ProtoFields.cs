using System.Text;
using Google.Protobuf;

namespace ChatBot.Tests.Telemetry.Otlp;

/// <summary>A message of protobuf as it came over the wire: what stands under each field's number, in order.</summary>
internal sealed class ProtoFields
{
    private readonly Dictionary<int, List<object>> _fields = [];

    private ProtoFields(CodedInputStream input)
    {
        while (input.ReadTag() is var tag and not 0)
        {
            object value = WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadUInt64(),
                WireFormat.WireType.Fixed64 => input.ReadFixed64(),
                WireFormat.WireType.Fixed32 => (ulong)input.ReadFixed32(),
                WireFormat.WireType.LengthDelimited => input.ReadBytes().ToByteArray(),
                var other => throw new InvalidDataException($"A field of the wire type {other}."),
            };
            var number = WireFormat.GetTagFieldNumber(tag);
            if (!_fields.TryGetValue(number, out var values))
            {
                _fields[number] = values = [];
            }

            values.Add(value);
        }
    }

    public static ProtoFields Read(byte[] bytes)
    {
        using var input = new CodedInputStream(bytes);
        return new ProtoFields(input);
    }

    public bool Has(int number) => _fields.ContainsKey(number);

    public IEnumerable<ProtoFields> Messages(int number) => All(number).Select(value => Read((byte[])value));

    /// <summary>One without fields where there is none.</summary>
    public ProtoFields Message(int number) => Messages(number).FirstOrDefault() ?? Read([]);

    public string Text(int number) => Encoding.UTF8.GetString(Bytes(number));

    public string Hex(int number) => Convert.ToHexStringLower(Bytes(number));

    public long Number(int number) => (long)(ulong)(All(number).LastOrDefault() ?? 0ul);

    public double Real(int number) => BitConverter.Int64BitsToDouble(Number(number));

    private byte[] Bytes(int number) => (byte[])(All(number).LastOrDefault() ?? Array.Empty<byte>());

    private List<object> All(int number) => _fields.GetValueOrDefault(number) ?? [];
}
