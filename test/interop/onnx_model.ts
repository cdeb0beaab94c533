/** A model of one node in the bytes of ONNX (onnx.proto3 of opset 13), for tests. */

type Field = readonly [number: number, value: number | string | Uint8Array];

/** Protocol buffers: whole numbers as varints, all else behind its length. */
function message(...fields: readonly Field[]): Uint8Array {
  const bytes: number[] = [];
  const varint = (value: number) => {
    for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
    bytes.push(value);
  };
  for (const [number, value] of fields) {
    if (typeof value === 'number') {
      varint(8 * number);
      varint(value);
    } else {
      const content = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      varint(8 * number + 2);
      varint(content.length);
      bytes.push(...content);
    }
  }
  return Uint8Array.from(bytes);
}

/** TensorProto.DataType */
export const FLOAT = 1;
export const UINT32 = 12;

interface Port {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly number[];
}

/** ValueInfoProto */
const port = ({ name, type, shape }: Port): Uint8Array => {
  const sides = message(...shape.map((side): Field => [1, message([1, side])]));
  return message([1, name], [2, message([1, message([1, type], [2, sides])])]);
};

/** A node `op` whose inputs are all `input`, as often as it takes; `to` is the attribute of a Cast. */
export function onnxModel(op: string, times: number, input: Port, output: Port, to?: number) {
  const node = message(
    ...Array.from({ length: times }, (): Field => [1, input.name]),
    [2, output.name],
    [4, op],
    // AttributeProto of type INT
    ...(to === undefined ? [] : [[5, message([1, 'to'], [3, to], [20, 2])] as const]),
  );
  const graph = message([1, node], [2, 'test'], [11, port(input)], [12, port(output)]);
  return [...message([1, 8], [7, graph], [8, message([1, ''], [2, 13])])];
}
