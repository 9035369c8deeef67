// Confidence in words.

/** From which confidence which words hold, the surest first. */
export const SURENESS = [
  { name: "very", from: 0.95 },
  { name: "quite", from: 0.8 },
  { name: "leaning", from: 0.65 },
  { name: "not", from: 0.5 },
];

/** The name of the words for a confidence. */
export function sureness(confidence) {
  return (SURENESS.find((one) => confidence >= one.from) ?? SURENESS.at(-1)).name;
}
