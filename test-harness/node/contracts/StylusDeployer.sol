// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// The part of Arbitrum's ArbWasm precompile that a deployment needs.
interface IArbWasm {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function stylusVersion() external view returns (uint16 version);
    function codehashVersion(bytes32 codehash) external view returns (uint16 version);
}

/// Deploys a Stylus program, activates it if its code is not active yet, and initialises it, all in one transaction, so that
/// nobody can initialise it first. Speaks the ABI of the deployer that Arbitrum's tools expect at this address.
contract StylusDeployer {
    IArbWasm private constant ARB_WASM = IArbWasm(0x0000000000000000000000000000000000000071);

    /// A program was deployed, activated and initialised.
    event ContractDeployed(address deployedContract);

    /// The value sent is below the value meant for initialisation.
    error ValueBelowInitValue(uint256 sent, uint256 initValue);
    /// There is a value for initialisation but no call to send it with.
    error InitValueWithoutInitData(uint256 initValue);
    /// The init code failed or left no code.
    error CreationFailed();
    /// The surplus could not be sent back to the caller.
    error RefundFailed(uint256 amount);

    /// @param bytecode init code that returns the program's code
    /// @param initData calldata of the call that initialises the program; empty for none
    /// @param initValue wei sent with that call; what is left of the value pays for activation, and the rest comes back
    /// @param salt zero for CREATE; else CREATE2 with keccak256(salt ++ initData), so that the address commits to the initialisation
    function deploy(bytes calldata bytecode, bytes calldata initData, uint256 initValue, bytes32 salt)
        external
        payable
        returns (address program)
    {
        if (msg.value < initValue) revert ValueBelowInitValue(msg.value, initValue);
        if (initValue != 0 && initData.length == 0) revert InitValueWithoutInitData(initValue);
        uint256 balanceBefore = address(this).balance - msg.value;

        program = create(bytecode, initData, salt);
        if (needsActivation(program)) ARB_WASM.activateProgram{value: msg.value - initValue}(program);
        if (initData.length != 0) {
            (bool isInitialised, bytes memory reason) = program.call{value: initValue}(initData);
            if (!isInitialised) bubble(reason);
        }
        emit ContractDeployed(program);

        uint256 surplus = address(this).balance - balanceBefore;
        if (surplus != 0) {
            (bool isRefunded,) = msg.sender.call{value: surplus}("");
            if (!isRefunded) revert RefundFailed(surplus);
        }
    }

    function create(bytes memory initCode, bytes calldata initData, bytes32 salt) private returns (address program) {
        if (salt == 0) {
            assembly ("memory-safe") {
                program := create(0, add(initCode, 32), mload(initCode))
            }
        } else {
            bytes32 boundSalt = keccak256(abi.encodePacked(salt, initData));
            assembly ("memory-safe") {
                program := create2(0, add(initCode, 32), mload(initCode), boundSalt)
            }
        }
        if (program.code.length == 0) revert CreationFailed();
    }

    /// Whether the code is a Stylus program (or the root of one) that no one has activated for the present Stylus version.
    function needsActivation(address program) private view returns (bool) {
        bytes3 prefix;
        assembly ("memory-safe") {
            mstore(0, 0)
            extcodecopy(program, 0, 0, 3)
            prefix := mload(0)
        }
        if (prefix != 0xeff000 && prefix != 0xeff002) return false;
        try ARB_WASM.codehashVersion(program.codehash) returns (uint16 version) {
            return version != ARB_WASM.stylusVersion();
        } catch {
            return true;
        }
    }

    /// Reverts with the reason of a failed call.
    function bubble(bytes memory reason) private pure {
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }
}
