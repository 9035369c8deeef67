// A small file for a first try.

const TWEETS = [
  "@skylark thank you for holding the connection, you saved our holiday!",
  "Third delay today and nobody at the gate knows anything. Never again.",
  "Landed early, bags were first off the belt. Well done everyone",
  "My suitcase came back with a broken wheel and the form takes an hour",
  "The new seats are surprisingly comfy, but the wifi never worked",
  "@skylark I have been on hold for two hours. Is anybody there?",
  "Shoutout to the pilot who came out and talked to my nervous son",
  "Is there a later flight to Oldport tonight?",
  "You cancelled my flight by text message at 3 am. Thanks a lot.",
  "Free upgrade on my birthday, I am so happy right now 😍",
  "They gave my seat away and were rude about it, 😡",
  "Food was fine, crew was lovely, flight was on time. More of this!",
];

/** A CSV file of tweets, as the ones that people have. */
export function sampleFile() {
  const rows = TWEETS.map((text, index) => `${index + 1},"${text}"`);
  return new File([["id,text", ...rows, ""].join("\n")], "sample.csv", { type: "text/csv" });
}
