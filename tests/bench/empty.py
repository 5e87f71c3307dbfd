"""A Bolt app whose only listener acknowledges and does nothing: what clicks are measured against. Runs until killed."""

import os
import threading

from bot.slack import Socket, bolt

if __name__ == "__main__":
    url = os.environ["SLACK_API_URL"]
    app = bolt(os.environ["SLACK_BOT_TOKEN"], "", url)
    app.action("details")(lambda ack: ack())
    Socket(app, os.environ["SLACK_APP_TOKEN"], url).start()
    threading.Event().wait()
