"""Whether the tweets of today still look like those the model was tested on."""
