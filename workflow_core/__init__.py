"""annoflow: run annotation work by declared pipelines.

The rooms in reading order; each imports from those above it alone, and each folder's docstring says what belongs there:

- `errors`: every error that a caller may catch. `settings`: what the environment says, for entry points.
- `domain`: the rules as tables and pure functions; begin with `work.states`, the life of a task item. `annotations` is
  what is drawn, `items` which items are meant, `measures` how far work is, `words` what people write and are told.
- `pipeline`: the YAML language: read, checked by `rules`, compiled. No I/O.
- `store`: all SQL. `models` are the tables; `turns` writes task items and their history, by `transitions` and after
  `locks`; `work`, `routing` and `allocation` are what people, movers and shares do with them; `data` is what work is
  about, `exchange` what keeps what came in known, `reads` what is only looked at, `database` the databases themselves.
- `exporters`, `connectors`: approved items to files; files of other tools to items and annotations.
- `services`: use cases by whom they serve: `contributors`, `reviewers`, `managers` (`bulk` does theirs to many items),
  `pipelines`, `running`; `data` is what they look at and bring, `exchange` what comes in and goes out, `accounts` says
  who is asking. What they answer with is in `domain.views`.
- `http`, `api`, `web`, `server`: the same over HTTP: who is asking, errors; an endpoint for each use case; the pages
  where people work, with the studio's modules in `web/static`; the process. `worker`: the process that does its jobs.
- `client`: annoflow from another machine, over HTTP.
- `up`: starting, watching and stopping processes, the mover's turn, and jobs.
- `demo`, `cli`: the story of `annoflow demo`, and the commands. Beside them, above `up`, `flows` is all of Prefect.
"""

__version__ = "0.1.0"
