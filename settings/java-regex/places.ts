/**
 * Java's anchors in JavaScript (`v` mode without the flag `m`). Java knows more line terminators than JavaScript, and its `$` also
 * matches before a terminator that ends the input; nothing matches between the two characters of \r\n.
 */
const single = String.raw`\r\x85\u{2028}\u{2029}`;

export const places = {
  start: '^',
  end: '$',
  endOrLastTerminator: String.raw`(?:(?=(?:\r\n|[${single}])?$)|(?<!\r)(?=\n$))`,
  // Never at the end of the input, not even of an empty one.
  lineStart: String.raw`(?:(?:^|(?<=[\n\x85\u{2028}\u{2029}]|\r(?!\n)))(?!$))`,
  lineEnd: String.raw`(?:$|(?=[${single}])|(?<!\r)(?=\n))`,
};
