/**
 * One real LDK node: its manager of channels, monitors, graph, scorer and peers, put together as the documentation of
 * rust-lightning says (`ldk:lightning-background-processor`), with the clock, chain and wires of the world around it.
 *
 * A node that stops keeps what a disk would hold: manager and monitors as bytes. Started again it is read from them, with
 * keys that begin at another time, since the keys' counter of random bytes is not part of what LDK writes.
 */
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Binding, Ldk, MonitorCopy } from './binding.ts';
import { blocksByTarget } from './fee-targets.ts';
import type { RealChain } from './real-chain.ts';
import { transactionOfPsbt, walletTransaction } from './transaction.ts';

export type Found = Ldk.Result_RouteLightningErrorZ;
/** LDK's search for a route, with these first hops; `payer` is the node's own key unless another is given. */
export type Search = (parameters: Ldk.RouteParameters, first: Ldk.ChannelDetails[], payer?: Uint8Array) => Found;

export interface NodeWorld {
  readonly binding: Binding;
  readonly chain: RealChain;
  /** Seconds since 1970. */
  seconds(): number;
  /** Has a route for a payment looked for, where the payment's way is not LDK's own choice by demands on the search. */
  look(paymentId: string, parameters: Ldk.RouteParameters, first: Ldk.ChannelDetails[], search: Search): Found;
  /** The node replaces a monitor, named by its funding outpoint in hex, and what the update is; null for none. */
  persists(node: RealNode, outpoint: string, former: () => Uint8Array, update: () => Uint8Array | null): void;
  /** The node looked for a route for a payment. */
  routed(node: RealNode, paymentId: string, route: Ldk.Route): void;
}

/** What a disk holds of a node. */
export interface NodeDisk {
  readonly manager: Uint8Array;
  readonly monitors: readonly Uint8Array[];
}

/** ldk:util/config.rs:ChannelHandshakeConfig of 0.3, percent; 0.1 has 10 by default and no difference by announcement. */
const IN_FLIGHT_ANNOUNCED_PERCENT = 25;
const IN_FLIGHT_UNANNOUNCED_PERCENT = 100;
/** ldk:chain/chaininterface.rs:FEERATE_FLOOR_SATS_PER_KW. */
const FEERATE_FLOOR_PER_KW = 253;
const COLOR = Uint8Array.of(1, 2, 3);
const PORT = 9735;
/** Weight of a transaction without inputs and outputs, a P2WPKH input, an output to a wallet, an input without witness (BIP 141). */
const BASE_WEIGHT = 42;
const WALLET_INPUT_WEIGHT = 272;
const WALLET_OUTPUT_WEIGHT = 124;
const INPUT_WEIGHT = 164;
const P2WPKH_SATISFACTION_WEIGHT = 108;
/** What a wallet's change is at least (bitcoin:src/policy/policy.h:DUST_RELAY_TX_FEE, P2WPKH), sat. */
const LEAST_CHANGE_SAT = 294;

export class RealNode {
  readonly index: number;
  readonly name: string;
  readonly id: Uint8Array;
  readonly idHex: string;
  readonly graph: Ldk.NetworkGraph;
  readonly scorer: Ldk.ProbabilisticScorer;
  readonly walletScript: Uint8Array;
  manager!: Ldk.ChannelManager;
  peers!: Ldk.PeerManager;
  monitors!: Ldk.ChainMonitor;
  spender!: Ldk.OutputSpender;
  running = true;
  /** What sender-side errors said, oldest first (see real-payments.ts). */
  readonly onionErrors: string[] = [];
  /** The newest persisted copy of each monitor, by funding outpoint. */
  readonly persisted: Map<string, MonitorCopy> = new Map();
  readonly #world: NodeWorld;
  readonly #seed: Uint8Array;
  readonly #startTimes: () => bigint;
  readonly #fees: Ldk.FeeEstimator;
  readonly #broadcaster: Ldk.BroadcasterInterface;
  readonly #logger: Ldk.Logger;
  readonly #persist: Ldk.Persist;
  readonly #score: Ldk.MultiThreadedLockableScore;
  readonly #gossip: Ldk.P2PGossipSync;
  readonly #updates: Ldk.ScoreUpdate;
  readonly #handler: Ldk.EventHandler;
  readonly #events: Ldk.Event[] = [];
  readonly #ignore: Ldk.IgnoringMessageHandler;
  #providers: Ldk.EventsProvider[] = [];
  #confirms: Ldk.Confirm[] = [];
  #bumper!: Ldk.BumpTransactionEventHandler;
  #entropy!: Ldk.EntropySource;
  #signers!: Ldk.SignerProvider;

  /** `startTimes` gives another number for each start. */
  constructor(world: NodeWorld, index: number, name: string, seed: Uint8Array, startTimes: () => bigint) {
    const { ldk } = world.binding;
    this.#world = world;
    this.index = index;
    this.name = name;
    this.#seed = seed;
    this.#startTimes = startTimes;
    const { chain } = world;
    const blocks = blocksByTarget(ldk);
    this.#fees = ldk.FeeEstimator.new_impl({
      get_est_sat_per_1000_weight: (target) => {
        const { LDKConfirmationTarget_MinAllowedAnchorChannelRemoteFee: a } = ldk.ConfirmationTarget;
        const { LDKConfirmationTarget_MinAllowedNonAnchorChannelRemoteFee: b } = ldk.ConfirmationTarget;
        // Peers whose channels still have an older feerate are not to be closed for it.
        if (target === a || target === b) return FEERATE_FLOOR_PER_KW;
        return Math.max(chain.estimatePerKw(blocks.get(target) ?? 1), FEERATE_FLOOR_PER_KW);
      },
    });
    this.#broadcaster = ldk.BroadcasterInterface.new_impl({
      broadcast_transactions: (transactions) => {
        for (const bytes of transactions) chain.submit(bytes);
      },
    });
    this.#logger = world.binding.logger(ldk.Level.LDKLevel_Info as unknown as number, (text) => {
      if (text.startsWith('Onion Error[')) this.onionErrors.push(text);
    });
    this.#persist = world.binding.persist((outpoint, monitor, update) => {
      const former = this.persisted.get(outpoint);
      if (former !== undefined) world.persists(this, outpoint, () => former.bytes(), update);
      former?.free();
      this.persisted.set(outpoint, monitor);
    });
    this.graph = ldk.NetworkGraph.constructor_new(ldk.Network.LDKNetwork_Regtest, this.#logger);
    this.scorer = ldk.ProbabilisticScorer.constructor_new(
      ldk.ProbabilisticScoringDecayParameters.constructor_default(),
      this.graph,
      this.#logger,
    );
    this.#score = ldk.MultiThreadedLockableScore.constructor_new(this.scorer.as_Score());
    this.#updates = this.scorer.as_ScoreUpdate();
    this.#gossip = ldk.P2PGossipSync.constructor_new(
      this.graph,
      ldk.Option_UtxoLookupZ.constructor_none(),
      this.#logger,
    );
    this.#ignore = ldk.IgnoringMessageHandler.constructor_new();
    this.#handler = ldk.EventHandler.new_impl({
      handle_event: (event) => {
        this.#events.push(event);
        return ldk.Result_NoneReplayEventZ.constructor_ok();
      },
    });
    const keys = this.#boot(null);
    this.id = this.manager.get_our_node_id();
    this.idHex = bytesToHex(this.id);
    const script = keys.get_destination_script(new Uint8Array(32));
    this.walletScript = world.binding.must<Uint8Array>(script, 'a wallet script');
    const shutdown = world.binding.must<Ldk.ShutdownScript>(keys.get_shutdown_scriptpubkey(), 'a shutdown script');
    chain.own(bytesToHex(this.walletScript), index);
    chain.own(bytesToHex(shutdown.into_inner()), index);
  }

  /** What a disk would hold now. */
  disk(): NodeDisk {
    const monitors = [...this.persisted.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one.bytes());
    return { manager: this.manager.write(), monitors };
  }

  /** Reads the node from what a disk holds. */
  restart(disk: NodeDisk): void {
    this.#boot(disk);
  }

  #boot(disk: NodeDisk | null): Ldk.SignerProvider {
    const { binding, chain } = this.#world;
    const { ldk } = binding;
    const keys = ldk.KeysManager.constructor_new(this.#seed, this.#startTimes(), 0);
    const entropy = keys.as_EntropySource();
    const node = keys.as_NodeSigner();
    const signers = keys.as_SignerProvider();
    this.spender = keys.as_OutputSpender();
    this.#entropy = entropy;
    this.#signers = signers;
    this.monitors = ldk.ChainMonitor.constructor_new(
      ldk.Option_FilterZ.constructor_none(),
      this.#broadcaster,
      this.#logger,
      this.#fees,
      this.#persist,
    );
    const watch = this.monitors.as_Watch();
    const router = this.#router(entropy);
    const messages = ldk.DefaultMessageRouter.constructor_new(this.graph, entropy).as_MessageRouter();
    const config = this.config(true);
    const seconds = this.#world.seconds();
    if (disk === null) {
      const best = ldk.BestBlock.constructor_new(chain.tip, chain.height);
      this.manager = ldk.ChannelManager.constructor_new(
        this.#fees,
        watch,
        this.#broadcaster,
        router,
        messages,
        this.#logger,
        entropy,
        node,
        signers,
        config,
        ldk.ChainParameters.constructor_new(ldk.Network.LDKNetwork_Regtest, best),
        seconds,
      );
    } else {
      const monitors = disk.monitors.map((bytes) => {
        const read = ldk.UtilMethods.constructor_C2Tuple_ThirtyTwoBytesChannelMonitorZ_read(bytes, entropy, signers);
        return binding.must<{ get_b(): Ldk.ChannelMonitor }>(read, 'a monitor').get_b();
      });
      const read = ldk.UtilMethods.constructor_C2Tuple_ThirtyTwoBytesChannelManagerZ_read(
        disk.manager,
        entropy,
        node,
        signers,
        this.#fees,
        watch,
        this.#broadcaster,
        router,
        messages,
        this.#logger,
        config,
        monitors,
      );
      this.manager = binding.must<{ get_b(): Ldk.ChannelManager }>(read, 'a channel manager').get_b();
      for (const monitor of monitors) {
        binding.must(watch.watch_channel(monitor.get_funding_txo().get_a(), monitor), 'watching a channel');
      }
    }
    this.#providers = [this.manager.as_EventsProvider(), this.monitors.as_EventsProvider()];
    this.#confirms = [this.monitors.as_Confirm(), this.manager.as_Confirm()];
    this.#bumper = ldk.BumpTransactionEventHandler.constructor_new(
      this.#broadcaster,
      this.#coins(),
      signers,
      this.#logger,
    );
    this.peers = ldk.PeerManager.constructor_new(
      this.manager.as_ChannelMessageHandler(),
      this.#gossip.as_RoutingMessageHandler(),
      this.#ignore.as_OnionMessageHandler(),
      this.#ignore.as_CustomMessageHandler(),
      seconds,
      entropy.get_secure_random_bytes(),
      this.#logger,
      node,
    );
    return signers;
  }

  /** LDK's own router, with demands on what it looks for and a look at what it finds. */
  #router(entropy: Ldk.EntropySource): Ldk.Router {
    const { ldk } = this.#world.binding;
    const inner = ldk.DefaultRouter.constructor_new(
      this.graph,
      this.#logger,
      entropy,
      this.#score.as_LockableScore(),
      ldk.ProbabilisticScoringFeeParameters.constructor_default(),
    ).as_Router();
    return ldk.Router.new_impl({
      find_route: (payer, parameters, first, inFlight) => inner.find_route(payer, parameters, first, inFlight),
      find_route_with_id: (payer, parameters, first, inFlight, hash, id) => {
        const payment = bytesToHex(id);
        const found = this.#world.look(payment, parameters, first, (asked, hops, from = payer) =>
          inner.find_route_with_id(from, asked, hops, inFlight, hash, id),
        );
        if (found.is_ok()) this.#world.routed(this, payment, (found as unknown as { res: Ldk.Route }).res);
        return found;
      },
      create_blinded_payment_paths: (recipient, first, info, amount) =>
        inner.create_blinded_payment_paths(recipient, first, info, amount),
    });
  }

  /** A wallet for transactions that must bring their own fee: one coin that fits, and change. */
  #coins(): Ldk.CoinSelectionSource {
    const { binding, chain } = this.#world;
    const { ldk } = binding;
    return ldk.CoinSelectionSource.new_impl({
      select_confirmed_utxos: (_claim, mustSpend, mustPay, feerate) => {
        let weight = BASE_WEIGHT + WALLET_INPUT_WEIGHT + WALLET_OUTPUT_WEIGHT;
        let needs = LEAST_CHANGE_SAT;
        for (const input of mustSpend) {
          weight += INPUT_WEIGHT + Number(input.get_satisfaction_weight());
          needs -= Number(input.get_previous_utxo().value);
        }
        for (const output of mustPay) {
          weight += 36 + 4 * output.script_pubkey.length;
          needs += Number(output.value);
        }
        needs = Math.max(needs + Math.ceil((weight * feerate) / 1000), LEAST_CHANGE_SAT);
        if ((chain.walletSat[this.index] ?? 0) < needs) return ldk.Result_CoinSelectionNoneZ.constructor_err();
        const outpoint = chain.coin(this.index, needs);
        const coin = ldk.TxOut.constructor_new(BigInt(needs), this.walletScript);
        const id = Uint8Array.from(Buffer.from(outpoint.slice(0, 64), 'hex'));
        const utxo = ldk.Utxo.constructor_new(
          ldk.OutPoint.constructor_new(id, 0),
          coin,
          BigInt(P2WPKH_SATISFACTION_WEIGHT),
        );
        const change = ldk.TxOut.constructor_new(BigInt(LEAST_CHANGE_SAT), this.walletScript);
        const selection = ldk.CoinSelection.constructor_new([utxo], ldk.Option_TxOutZ.constructor_some(change));
        return ldk.Result_CoinSelectionNoneZ.constructor_ok(selection);
      },
      sign_psbt: (psbt) => ldk.Result_TransactionNoneZ.constructor_ok(transactionOfPsbt(psbt)),
    });
  }

  /** ldk:util/config.rs: the defaults, with anchors. */
  config(announced: boolean): Ldk.UserConfig {
    const { ldk } = this.#world.binding;
    const config = ldk.UserConfig.constructor_default();
    const handshake = ldk.ChannelHandshakeConfig.constructor_default();
    handshake.set_announce_for_forwarding(announced);
    handshake.set_negotiate_anchors_zero_fee_htlc_tx(true);
    handshake.set_max_inbound_htlc_value_in_flight_percent_of_channel(
      announced ? IN_FLIGHT_ANNOUNCED_PERCENT : IN_FLIGHT_UNANNOUNCED_PERCENT,
    );
    config.set_channel_handshake_config(handshake);
    const limits = ldk.ChannelHandshakeLimits.constructor_default();
    limits.set_force_announced_channel_preference(false);
    config.set_channel_handshake_limits(limits);
    // Without this LDK refuses channels with anchors, since they need a wallet to be closed.
    config.set_manually_accept_inbound_channels(true);
    return config;
  }

  /** Events that LDK has for its application, for as long as the present scope lasts. */
  takeEvents(): readonly Ldk.Event[] {
    for (const provider of this.#providers) {
      provider.process_pending_events(this.#handler);
      this.#world.binding.forget(provider);
    }
    return this.#events.splice(0);
  }

  connectBlock(header: Uint8Array, height: number, transactions: readonly Uint8Array[]): void {
    const { ldk } = this.#world.binding;
    for (const confirm of this.#confirms) {
      if (transactions.length > 0) {
        // Number 0 of a block is the miner's.
        const numbered = transactions.map((tx, i) => ldk.TwoTuple_usizeTransactionZ.constructor_new(i + 1, tx));
        confirm.transactions_confirmed(header, numbered, height);
      }
      confirm.best_block_updated(header, height);
      this.#world.binding.forget(confirm);
    }
  }

  /** The blocks of these transactions, the latest first, are undone; what is left ends with this header. Txids as on the wire. */
  disconnectBlocks(txids: readonly Uint8Array[], header: Uint8Array, height: number): void {
    for (const confirm of this.#confirms) {
      for (const txid of txids) confirm.transaction_unconfirmed(txid);
      confirm.best_block_updated(header, height);
      this.#world.binding.forget(confirm);
    }
  }

  /** What the node has on the commitment of a monitor, its fee included, sat. */
  balanceOn(monitor: Uint8Array): number {
    const { ldk } = this.#world.binding;
    return this.#aside(monitor, (read) =>
      read.get_claimable_balances().reduce((sum, one) => {
        if (!(one instanceof ldk.Balance_ClaimableOnChannelClose)) return sum;
        return sum + Number(one.amount_satoshis + one.transaction_fee_satoshis);
      }, 0),
    );
  }

  /** The commitment that a monitor takes for the latest, signed. @throws Error */
  commitmentOn(monitor: Uint8Array): Uint8Array {
    const { ldk } = this.#world.binding;
    const signed: Uint8Array[] = [];
    const broadcaster = ldk.BroadcasterInterface.new_impl({
      broadcast_transactions: (transactions) => void signed.push(...transactions),
    });
    // Where it pays too little LDK asks its application to bump it.
    const handler = ldk.EventHandler.new_impl({
      handle_event: (event) => {
        const bump = event instanceof ldk.Event_BumpTransaction ? event.bump_transaction : null;
        if (bump instanceof ldk.BumpTransactionEvent_ChannelClose) signed.push(bump.commitment_tx);
        return ldk.Result_NoneReplayEventZ.constructor_ok();
      },
    });
    this.#aside(monitor, (read) => {
      read.broadcast_latest_holder_commitment_txn(broadcaster, this.#fees, this.#logger);
      read.process_pending_events(handler, this.#logger);
    });
    if (signed[0] === undefined) throw new Error('LDK signs no commitment of an old monitor');
    return signed[0];
  }

  /** Reads a monitor that nobody else knows of. */
  #aside<T>(monitor: Uint8Array, use: (read: Ldk.ChannelMonitor) => T): T {
    const { binding } = this.#world;
    const { ldk } = binding;
    return binding.scope(() => {
      const read = ldk.UtilMethods.constructor_C2Tuple_ThirtyTwoBytesChannelMonitorZ_read(
        monitor,
        this.#entropy,
        this.#signers,
      );
      return use(binding.must<{ get_b(): Ldk.ChannelMonitor }>(read, 'an old monitor').get_b());
    });
  }

  bump(event: Ldk.BumpTransactionEvent): void {
    this.#bumper.handle_event(event);
    this.#world.binding.forget(this.#bumper);
  }

  /** Tells the scorer how a path ended (`ldk:lightning-background-processor/src/lib.rs:update_scorer`). */
  learn(path: Ldk.Path, failedAt: bigint | null, byPayee: boolean): void {
    const now = BigInt(this.#world.seconds());
    if (byPayee) this.#updates.probe_successful(path, now);
    else if (failedAt === null) this.#updates.payment_path_successful(path, now);
    else this.#updates.payment_path_failed(path, failedAt, now);
    this.#world.binding.forget(this.#updates);
  }

  timePasses(): void {
    this.#updates.time_passed(BigInt(this.#world.seconds()));
  }

  announce(): void {
    const { ldk } = this.#world.binding;
    const alias = new Uint8Array(32);
    alias.set(utf8ToBytes(this.name).subarray(0, 32));
    const address = ldk.SocketAddress.constructor_tcp_ip_v4(Uint8Array.of(127, 0, 0, 1), PORT);
    this.peers.broadcast_node_announcement(COLOR, alias, [address]);
  }

  /** A transaction of one wallet output and one other, its txid as LDK wants it. */
  fundingTransaction(outpoint: string, script: Uint8Array, valueSat: number): Uint8Array {
    return walletTransaction([outpoint], [{ valueSat, script: bytesToHex(script) }]);
  }
}
