syndicatorSearch("2026-02.d0",[["Story 98: what the parish letter said before","http://parish.example/stories/old","2026-02-20","letters.example"]])
