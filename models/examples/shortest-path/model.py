#!/usr/bin/env python3
"""A third-party node model for BLAST scenarios, in Python: docs/third-party-models.md explains it.

Its nodes forward what pays their fee, and pay along the route with the fewest hops. A payment is one part; a hop that
failed is left out for this payment, up to `attempts` times.

    pip install -r requirements.txt
    python3 model.py [--until-input-ends]
"""
import json
import sys
import threading
from concurrent import futures
from pathlib import Path

import grpc

# The stubs are made of the protocol's file when the module is loaded: no generated code to keep.
sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "proto"))
pb, rpc = grpc.protos_and_services("blast/v1/model.proto")

PROTOCOL = 1
NAME = "shortest-path"

# What nodes of this model can be told in a scenario. Whatever else stands there is a diagnostic at its line.
OPTIONS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "fee_base": {"type": "integer", "minimum": 0, "description": "Fee for every payment forwarded, msat."},
        "fee_ppm": {"type": "integer", "minimum": 0, "maximum": 1000000, "description": "Millionths of the amount."},
        "attempts": {"type": "integer", "minimum": 1, "maximum": 100, "description": "Routes tried for a payment."},
    },
}
DEFAULTS = {"fee_base": 1000, "fee_ppm": 10, "attempts": 5}

SECOND = 1_000_000
CLTV_DELTA = 40
FINAL_CLTV_DELTA = 18

# BOLT 4, failure messages.
TEMPORARY_CHANNEL_FAILURE = 0x1007
INCORRECT_PAYMENT_DETAILS = 0x400F
AMOUNT_BELOW_MINIMUM = 0x100B
FEE_INSUFFICIENT = 0x100C
INCORRECT_CLTV_EXPIRY = 0x100D
EXPIRY_TOO_SOON = 0x100E
CHANNEL_DISABLED = 0x1014
UNKNOWN_NEXT_PEER = 0x400A
FINAL_INCORRECT_CLTV_EXPIRY = 0x0012

# Outcomes of payments, by their place in docs/results.md.
SUCCESS = 0
ROUTE_NOT_FOUND = 5
INCORRECT_DETAILS = 7


def describe():
    return pb.DescribeResponse(
        protocol=PROTOCOL,
        software="shortest-path example 1",
        models=[
            pb.ModelDescription(
                name=NAME,
                version="shortest-path 1",
                summary="fewest hops, one part; an example in Python",
                timing=pb.Timing(
                    commit_delay_us=10_000,
                    commit_batch=10,
                    reconnect_delay_us=SECOND,
                    peer_timeout_us=60 * SECOND,
                    mailbox_us=60 * SECOND,
                    mpp_timeout_us=60 * SECOND,
                ),
                invoice_cltv_delta=FINAL_CLTV_DELTA,
                invoice_expiry_us=3600 * SECOND,
                hold_expiry_delta=6,
                options_schema=json.dumps(OPTIONS),
                justice="one",
                # What these are answered depends on the question, the height and the options alone.
                foreseeable=["check_forward", "check_receive"],
            )
        ],
    )


class Run:
    """One call of Play: all nodes of this model in one run."""

    def __init__(self):
        self.options = {}  # by node
        self.ends = []  # by channel: (node on side 0, node on side 1)
        self.capacity = []  # msat, by channel
        self.policies = {}  # by edge: what the public knows
        self.local = {}  # by node: its own edges, in order
        self.views = {}  # by edge: state of the node's own channels
        self.usable = set()  # own edges whose channel is open and whose peer is there
        self.payments = {}  # those that go on: what was asked, hops to avoid, what was tried
        self.height = 0
        self.next_attempt = 0

    def answer(self, turn):
        self.height = turn.height
        for change in turn.changes:
            self.learn(change)
        ask = turn.WhichOneof("ask")
        answer = self.decide(ask, getattr(turn, ask))
        answer.number = turn.number
        return answer

    # ---- what the world looks like

    def learn(self, change):
        what = change.WhichOneof("change")
        m = getattr(change, what)
        if what == "node_added":
            self.options[m.node] = {**DEFAULTS, **json.loads(m.options)}
        elif what == "channel_added":
            self.ends.append((m.node0, m.node1))
            self.capacity.append(m.capacity_msat)
        elif what == "policy_known":
            self.policies[m.edge] = m.policy
        elif what == "channel_forgotten":
            self.policies.pop(2 * m, None)
            self.policies.pop(2 * m + 1, None)
        elif what == "local_channels":
            if m.edges_changed:
                self.local[m.node] = list(m.edges)
            for view in m.views:
                self.views[view.edge] = view
            self.usable.update(m.eligible)
            self.usable.difference_update(m.ineligible)
        # channel_update and fees: this model makes nothing of them.

    def start(self, edge):
        return self.ends[edge >> 1][edge & 1]

    def end(self, edge):
        return self.ends[edge >> 1][1 - (edge & 1)]

    # ---- questions

    def decide(self, ask, m):
        if ask == "begin":
            return pb.Answer()
        if ask == "start_payment":
            self.payments[m.payment] = {
                "source": m.source,
                "destination": m.destination,
                "amount": m.amount_msat,
                "final_delta": m.final_cltv_delta if m.final_cltv_delta >= 0 else FINAL_CLTV_DELTA,
                "fee_limit": m.fee_limit_msat if m.fee_limit_msat >= 0 else m.amount_msat // 20 + 5_000,
                "avoid": [],
                "tried": 0,
                "route": [],
            }
            return self.try_route(m.payment, m.next_attempt)
        if ask == "attempt_succeeded":
            return self.finish(m.payment, SUCCESS)
        if ask == "attempt_failed":
            return self.failed(m)
        if ask == "payment_timer":
            return pb.Answer()
        if ask == "check_offer":
            return pb.Answer(code=offer_problem(m.view, m.amount_msat))
        if ask == "check_forward":
            return pb.Answer(code=forward_problem(m, self.height))
        if ask == "check_receive":
            return pb.Answer(code=receive_problem(m, self.height))
        if ask == "choose_forward":
            passing = list(m.passing)
            return pb.Answer(value=passing.index(m.requested_edge) if m.requested_edge in passing else 0)
        if ask == "spendable":
            return pb.Answer(value=spendable(m.view))
        if ask in ("offered_deadline", "received_deadline"):
            return pb.Answer(value=m.expiry if ask == "offered_deadline" else m.expiry - 6)
        if ask == "close_depth":
            return pb.Answer(value=6)
        if ask == "wallet_reserve":
            return pb.Answer(value=10_000 * m.channels)
        if ask == "commitment_feerate":
            return pb.Answer(value=max(253, m.estimate_per_kw))
        if ask == "opening_terms":
            return pb.Answer(terms=terms(m.offer))
        if ask == "answer_opening":
            return pb.Answer(opening=pb.OpeningAnswer(terms=terms(m.offer), minimum_depth=3))
        if ask in ("refuse_to_open", "refuse_terms"):
            return pb.Answer(text="")
        if ask == "default_policy":
            return pb.Answer(policy=self.policy(m))
        if ask == "questions":
            asked = [(one.WhichOneof("ask"), one) for one in m.questions]
            return pb.Answer(answers=pb.Answers(answers=[self.decide(a, getattr(one, a)) for a, one in asked]))
        if ask == "capture":
            return pb.Answer(memories=pb.Memories(memories=[self.memory(node) for node in self.options]))
        if ask == "restore":
            self.restore(m)
            return pb.Answer(memories=pb.Memories())
        raise ValueError(f"{NAME} does not answer {ask}")

    def policy(self, m):
        options = self.options[m.node]
        return pb.Policy(
            fee_base_msat=options["fee_base"],
            fee_rate_ppm=options["fee_ppm"],
            cltv_delta=CLTV_DELTA,
            min_htlc_msat=max(1, m.peer_terms.htlc_minimum_msat),
            max_htlc_msat=min(m.peer_terms.max_in_flight_msat, m.capacity_sat * 1000),
        )

    # ---- payments

    def try_route(self, payment, next_attempt):
        p = self.payments[payment]
        if p["tried"] >= self.options[p["source"]]["attempts"]:
            return self.finish(payment, ROUTE_NOT_FOUND)
        route = self.shortest(p)
        if route is None:
            return self.finish(payment, ROUTE_NOT_FOUND)
        edges, amounts, expiries = route
        p["tried"] += 1
        p["route"] = edges
        send = pb.Send(payment=payment, edge=edges, amount_msat=amounts, expiry=expiries)
        return pb.Answer(actions=[pb.Action(send=send)])

    def failed(self, m):
        p = self.payments[m.payment]
        if m.code == INCORRECT_PAYMENT_DETAILS or m.hop == len(p["route"]):
            return self.finish(m.payment, INCORRECT_DETAILS)
        # The node at `hop` could not send over edge `hop` of the route; a message that nobody can read blames the first.
        p["avoid"].append(p["route"][max(0, m.hop)])
        return self.try_route(m.payment, m.next_attempt)

    def finish(self, payment, outcome):
        del self.payments[payment]
        return pb.Answer(actions=[pb.Action(resolve=pb.Resolve(payment=payment, outcome=outcome))])

    def shortest(self, p):
        """Fewest hops from the source to the destination, found backwards, so that amounts with fees are known."""
        avoid = set(p["avoid"])
        reached = {p["destination"]: None}
        amounts = {p["destination"]: (p["amount"], self.height + p["final_delta"])}
        into = {}
        for edge in self.candidates(p["source"], avoid):
            into.setdefault(self.end(edge), []).append(edge)
        layer = [p["destination"]]
        while layer and p["source"] not in reached:
            following = []
            for node in layer:
                amount, expiry = amounts[node]
                for edge in into.get(node, []):
                    previous = self.start(edge)
                    if previous in reached or not self.carries(edge, amount, previous == p["source"]):
                        continue
                    reached[previous] = edge
                    if previous != p["source"]:
                        policy = self.policies[edge]
                        fee = policy.fee_base_msat + amount * policy.fee_rate_ppm // 1_000_000
                        amounts[previous] = (amount + fee, expiry + policy.cltv_delta)
                    following.append(previous)
            layer = following
        if p["source"] not in reached:
            return None
        edges = []
        node = p["source"]
        while node != p["destination"]:
            edges.append(reached[node])
            node = self.end(reached[node])
        carried = [amounts[self.end(edge)] for edge in edges]
        if carried[0][0] - p["amount"] > p["fee_limit"]:
            return None
        return edges, [amount for amount, _ in carried], [expiry for _, expiry in carried]

    def candidates(self, source, avoid):
        """Own channels that can be used, and those of others that the public knows; in the order of their numbers."""
        own = [edge for edge in self.local.get(source, []) if edge in self.usable and edge not in avoid]
        return own + [edge for edge in sorted(self.policies) if self.start(edge) != source and edge not in avoid]

    def carries(self, edge, amount, is_own):
        if is_own:
            return offer_problem(self.views[edge], amount) == 0
        policy = self.policies[edge]
        most = min(policy.max_htlc_msat, self.capacity[edge >> 1])
        return not policy.disabled and policy.min_htlc_msat <= amount <= most

    # ---- memory: what a snapshot keeps, and the engine does not look into

    def memory(self, node):
        going = {str(number): p for number, p in self.payments.items() if p["source"] == node}
        return pb.Memory(node=node, state=json.dumps({"payments": going}))

    def restore(self, m):
        now = {one.was: getattr(one, "is") for one in m.payments}
        for number, p in json.loads(m.memory.state)["payments"].items():
            self.payments[now.get(int(number), int(number))] = p


def terms(offer):
    return pb.ChannelTerms(
        dust_limit_sat=354,
        reserve_sat=max(354, offer.capacity_sat // 100),
        max_accepted_htlcs=483,
        max_in_flight_msat=offer.capacity_sat * 1000,
        htlc_minimum_msat=1,
        to_self_delay=144,
    )


def spendable(view):
    """What is left above the reserve and, for the side that pays it, the fee of the commitment with one more HTLC."""
    fee = 0
    if view.is_funder:
        weight = 1124 + 172 * (max(view.local_untrimmed, view.remote_untrimmed) + 1)
        fee = 1000 * (weight * 2 * view.feerate_per_kw // 1000 + 660)
    if view.offered_count >= view.max_accepted_htlcs:
        return 0
    most = min(view.local_msat - view.local_reserve_msat - fee, view.max_in_flight_msat - view.offered_msat)
    return max(0, most)


def offer_problem(view, amount):
    if amount > spendable(view) or amount < view.peer_htlc_minimum_msat:
        return TEMPORARY_CHANNEL_FAILURE
    return 0


def forward_problem(m, height):
    if not m.exists:
        return UNKNOWN_NEXT_PEER
    if not m.usable or not m.connected:
        return TEMPORARY_CHANNEL_FAILURE
    if m.policy.disabled:
        return CHANNEL_DISABLED
    if m.outgoing_amount_msat < m.policy.min_htlc_msat:
        return AMOUNT_BELOW_MINIMUM
    if m.outgoing_amount_msat > m.policy.max_htlc_msat:
        return TEMPORARY_CHANNEL_FAILURE
    fee = m.policy.fee_base_msat + m.outgoing_amount_msat * m.policy.fee_rate_ppm // 1_000_000
    if m.incoming_amount_msat < m.outgoing_amount_msat + fee:
        return FEE_INSUFFICIENT
    if m.incoming_expiry < m.outgoing_expiry + m.policy.cltv_delta:
        return INCORRECT_CLTV_EXPIRY
    if m.outgoing_expiry <= height + 3:
        return EXPIRY_TOO_SOON
    return offer_problem(m.view, m.outgoing_amount_msat)


def receive_problem(m, height):
    least = m.invoice_amount_msat
    if not m.payable or m.amount_msat < m.onion_amount_msat or (least >= 0 and m.total_msat < least):
        return INCORRECT_PAYMENT_DETAILS
    if m.expiry < height + 6:
        return FINAL_INCORRECT_CLTV_EXPIRY
    return 0


class Model(rpc.ModelServicer):
    def Describe(self, request, context):
        return describe()

    def Play(self, turns, context):
        run = Run()
        for turn in turns:
            yield run.answer(turn)


def main():
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    rpc.add_ModelServicer_to_server(Model(), server)
    address = next((word for word in sys.argv[1:] if ":" in word), "127.0.0.1:0")
    port = server.add_insecure_port(address)
    server.start()
    # `--models-start` waits for this line.
    print(f"blast.v1.Model listens on {address.rsplit(':', 1)[0]}:{port}", flush=True)
    if "--until-input-ends" in sys.argv:
        # A process that a run has started ends with it, however that ends.
        reader = threading.Thread(target=lambda: (sys.stdin.buffer.read(), server.stop(None)), daemon=True)
        reader.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
