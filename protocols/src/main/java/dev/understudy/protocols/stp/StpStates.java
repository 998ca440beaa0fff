package dev.understudy.protocols.stp;

import dev.understudy.schema.StpBridgeDetectionState;
import dev.understudy.schema.StpInfoIs;
import dev.understudy.schema.StpPortInformationState;
import dev.understudy.schema.StpPortProtocolMigrationState;
import dev.understudy.schema.StpPortReceiveState;
import dev.understudy.schema.StpPortRole;
import dev.understudy.schema.StpPortRoleSelectionState;
import dev.understudy.schema.StpPortRoleTransitionsState;
import dev.understudy.schema.StpPortStateTransitionState;
import dev.understudy.schema.StpPortTransmitState;
import dev.understudy.schema.StpTopologyChangeState;

/** States, roles and kinds of information, named as in 802.1Q-2018 clause 13. */
final class StpStates {
  private StpStates() {}

  /** A constant that rows can hold. */
  interface Recorded<P> {
    /** Its namesake in the schema. */
    P row();
  }

  /** The constant that a row holds; the first, as after BEGIN, if the row holds none of ours. */
  static <P, E extends Recorded<P>> E of(E[] constants, P row) {
    for (E constant : constants) {
      if (constant.row().equals(row)) {
        return constant;
      }
    }
    return constants[0];
  }

  /** 13.31 Port Receive. */
  enum Prx implements Recorded<StpPortReceiveState> {
    DISCARD(StpPortReceiveState.PRX_DISCARD),
    RECEIVE(StpPortReceiveState.PRX_RECEIVE);

    private final StpPortReceiveState row;

    Prx(StpPortReceiveState row) {
      this.row = row;
    }

    @Override
    public StpPortReceiveState row() {
      return row;
    }
  }

  /** 13.32 Port Protocol Migration. */
  enum Ppm implements Recorded<StpPortProtocolMigrationState> {
    CHECKING_RSTP(StpPortProtocolMigrationState.PPM_CHECKING_RSTP),
    SELECTING_STP(StpPortProtocolMigrationState.PPM_SELECTING_STP),
    SENSING(StpPortProtocolMigrationState.PPM_SENSING);

    private final StpPortProtocolMigrationState row;

    Ppm(StpPortProtocolMigrationState row) {
      this.row = row;
    }

    @Override
    public StpPortProtocolMigrationState row() {
      return row;
    }
  }

  /** 13.33 Bridge Detection. */
  enum Bdm implements Recorded<StpBridgeDetectionState> {
    EDGE(StpBridgeDetectionState.BDM_EDGE),
    NOT_EDGE(StpBridgeDetectionState.BDM_NOT_EDGE);

    private final StpBridgeDetectionState row;

    Bdm(StpBridgeDetectionState row) {
      this.row = row;
    }

    @Override
    public StpBridgeDetectionState row() {
      return row;
    }
  }

  /** 13.34 Port Transmit. */
  enum Ptx implements Recorded<StpPortTransmitState> {
    TRANSMIT_INIT(StpPortTransmitState.PTX_TRANSMIT_INIT),
    IDLE(StpPortTransmitState.PTX_IDLE),
    TRANSMIT_PERIODIC(StpPortTransmitState.PTX_TRANSMIT_PERIODIC),
    TRANSMIT_CONFIG(StpPortTransmitState.PTX_TRANSMIT_CONFIG),
    TRANSMIT_TCN(StpPortTransmitState.PTX_TRANSMIT_TCN),
    TRANSMIT_RSTP(StpPortTransmitState.PTX_TRANSMIT_RSTP);

    private final StpPortTransmitState row;

    Ptx(StpPortTransmitState row) {
      this.row = row;
    }

    @Override
    public StpPortTransmitState row() {
      return row;
    }
  }

  /** 13.35 Port Information. */
  enum Pim implements Recorded<StpPortInformationState> {
    DISABLED(StpPortInformationState.PIM_DISABLED),
    AGED(StpPortInformationState.PIM_AGED),
    UPDATE(StpPortInformationState.PIM_UPDATE),
    SUPERIOR_DESIGNATED(StpPortInformationState.PIM_SUPERIOR_DESIGNATED),
    REPEATED_DESIGNATED(StpPortInformationState.PIM_REPEATED_DESIGNATED),
    INFERIOR_DESIGNATED(StpPortInformationState.PIM_INFERIOR_DESIGNATED),
    NOT_DESIGNATED(StpPortInformationState.PIM_NOT_DESIGNATED),
    OTHER(StpPortInformationState.PIM_OTHER),
    CURRENT(StpPortInformationState.PIM_CURRENT),
    RECEIVE(StpPortInformationState.PIM_RECEIVE);

    private final StpPortInformationState row;

    Pim(StpPortInformationState row) {
      this.row = row;
    }

    @Override
    public StpPortInformationState row() {
      return row;
    }
  }

  /** 13.36 Port Role Selection. */
  enum Prs implements Recorded<StpPortRoleSelectionState> {
    INIT_TREE(StpPortRoleSelectionState.PRS_INIT_TREE),
    ROLE_SELECTION(StpPortRoleSelectionState.PRS_ROLE_SELECTION);

    private final StpPortRoleSelectionState row;

    Prs(StpPortRoleSelectionState row) {
      this.row = row;
    }

    @Override
    public StpPortRoleSelectionState row() {
      return row;
    }
  }

  /** 13.37 Port Role Transitions. */
  enum Prt implements Recorded<StpPortRoleTransitionsState> {
    INIT_PORT(StpPortRoleTransitionsState.PRT_INIT_PORT),
    DISABLE_PORT(StpPortRoleTransitionsState.PRT_DISABLE_PORT),
    DISABLED_PORT(StpPortRoleTransitionsState.PRT_DISABLED_PORT),
    ROOT_PORT(StpPortRoleTransitionsState.PRT_ROOT_PORT),
    ROOT_PROPOSED(StpPortRoleTransitionsState.PRT_ROOT_PROPOSED),
    ROOT_AGREED(StpPortRoleTransitionsState.PRT_ROOT_AGREED),
    ROOT_SYNCED(StpPortRoleTransitionsState.PRT_ROOT_SYNCED),
    REROOT(StpPortRoleTransitionsState.PRT_REROOT),
    REROOTED(StpPortRoleTransitionsState.PRT_REROOTED),
    ROOT_LEARN(StpPortRoleTransitionsState.PRT_ROOT_LEARN),
    ROOT_FORWARD(StpPortRoleTransitionsState.PRT_ROOT_FORWARD),
    DESIGNATED_PORT(StpPortRoleTransitionsState.PRT_DESIGNATED_PORT),
    DESIGNATED_PROPOSE(StpPortRoleTransitionsState.PRT_DESIGNATED_PROPOSE),
    DESIGNATED_AGREED(StpPortRoleTransitionsState.PRT_DESIGNATED_AGREED),
    DESIGNATED_SYNCED(StpPortRoleTransitionsState.PRT_DESIGNATED_SYNCED),
    DESIGNATED_RETIRED(StpPortRoleTransitionsState.PRT_DESIGNATED_RETIRED),
    DESIGNATED_LEARN(StpPortRoleTransitionsState.PRT_DESIGNATED_LEARN),
    DESIGNATED_FORWARD(StpPortRoleTransitionsState.PRT_DESIGNATED_FORWARD),
    DESIGNATED_DISCARD(StpPortRoleTransitionsState.PRT_DESIGNATED_DISCARD),
    BLOCK_PORT(StpPortRoleTransitionsState.PRT_BLOCK_PORT),
    ALTERNATE_PORT(StpPortRoleTransitionsState.PRT_ALTERNATE_PORT),
    ALTERNATE_PROPOSED(StpPortRoleTransitionsState.PRT_ALTERNATE_PROPOSED),
    ALTERNATE_AGREED(StpPortRoleTransitionsState.PRT_ALTERNATE_AGREED),
    BACKUP_PORT(StpPortRoleTransitionsState.PRT_BACKUP_PORT),
    ROOT_DISCARD(StpPortRoleTransitionsState.PRT_ROOT_DISCARD);

    private final StpPortRoleTransitionsState row;

    Prt(StpPortRoleTransitionsState row) {
      this.row = row;
    }

    @Override
    public StpPortRoleTransitionsState row() {
      return row;
    }
  }

  /** 13.38 Port State Transition. */
  enum Pst implements Recorded<StpPortStateTransitionState> {
    DISCARDING(StpPortStateTransitionState.PST_DISCARDING),
    LEARNING(StpPortStateTransitionState.PST_LEARNING),
    FORWARDING(StpPortStateTransitionState.PST_FORWARDING);

    private final StpPortStateTransitionState row;

    Pst(StpPortStateTransitionState row) {
      this.row = row;
    }

    @Override
    public StpPortStateTransitionState row() {
      return row;
    }
  }

  /** 13.39 Topology Change. */
  enum Tcm implements Recorded<StpTopologyChangeState> {
    INACTIVE(StpTopologyChangeState.TCM_INACTIVE),
    LEARNING(StpTopologyChangeState.TCM_LEARNING),
    DETECTED(StpTopologyChangeState.TCM_DETECTED),
    ACTIVE(StpTopologyChangeState.TCM_ACTIVE),
    NOTIFIED_TCN(StpTopologyChangeState.TCM_NOTIFIED_TCN),
    NOTIFIED_TC(StpTopologyChangeState.TCM_NOTIFIED_TC),
    PROPAGATING(StpTopologyChangeState.TCM_PROPAGATING),
    ACKNOWLEDGED(StpTopologyChangeState.TCM_ACKNOWLEDGED);

    private final StpTopologyChangeState row;

    Tcm(StpTopologyChangeState row) {
      this.row = row;
    }

    @Override
    public StpTopologyChangeState row() {
      return row;
    }
  }

  /** Port roles. */
  enum Role implements Recorded<StpPortRole> {
    DISABLED(StpPortRole.STP_PORT_ROLE_DISABLED),
    ROOT(StpPortRole.STP_PORT_ROLE_ROOT),
    DESIGNATED(StpPortRole.STP_PORT_ROLE_DESIGNATED),
    ALTERNATE(StpPortRole.STP_PORT_ROLE_ALTERNATE),
    BACKUP(StpPortRole.STP_PORT_ROLE_BACKUP);

    private final StpPortRole row;

    Role(StpPortRole row) {
      this.row = row;
    }

    @Override
    public StpPortRole row() {
      return row;
    }
  }

  /** Where a port's information comes from. */
  enum InfoIs implements Recorded<StpInfoIs> {
    DISABLED(StpInfoIs.STP_INFO_IS_DISABLED),
    AGED(StpInfoIs.STP_INFO_IS_AGED),
    MINE(StpInfoIs.STP_INFO_IS_MINE),
    RECEIVED(StpInfoIs.STP_INFO_IS_RECEIVED);

    private final StpInfoIs row;

    InfoIs(StpInfoIs row) {
      this.row = row;
    }

    @Override
    public StpInfoIs row() {
      return row;
    }
  }

  /** What a received message is to a port (13.29 rcvInfo). */
  enum RcvdInfo {
    SUPERIOR_DESIGNATED_INFO,
    REPEATED_DESIGNATED_INFO,
    INFERIOR_DESIGNATED_INFO,
    INFERIOR_ROOT_ALTERNATE_INFO,
    OTHER_INFO
  }
}
